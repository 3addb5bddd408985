"""Targets that read files. Each takes a random number generator and a folder, and may raise only SeqkitError."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

from fuzzing import valid
from fuzzing.mutate import bytes_mutated, json_bytes, json_mutated
from seqkit.config import fill, read_toml
from seqkit.data.files import make_writer, read_file
from seqkit.data.pairs import read_pairs
from seqkit.examples import RecordErrors, Sentence
from seqkit.extend.manager import registry
from seqkit.formats.fields import FieldChoice, read_fields
from seqkit.formats.plain import read_tokens
from seqkit.formats.source_lines import read_sources
from seqkit.io.segment import Segment
from seqkit.io.text_files import read_lines
from seqkit.training.options import TrainingOptions

Target = Callable[[Random, Path], object]
WRITTEN = ("conllu", "jsonl", "tsv", "spacy")


def sentences_of(format: str) -> Target:
    """A target that reads sentences of a format, writes them in each format, and compares what it reads back."""

    def run(random: Random, folder: Path) -> object:
        data = _hostile(format, random)
        read = list(read_file(_place(folder, f"x.{format}", data), RecordErrors(random.random() < 0.5)))
        if random.random() < 0.3:
            return rewritten(read, random.choice(WRITTEN))
        return len(read)

    return run


def _hostile(format: str, random: Random) -> bytes:
    data = valid.written(format)
    if format == "jsonl" and random.random() < 0.6:
        lines = data.splitlines()
        at = random.randrange(len(lines))
        lines[at] = json_bytes(json_mutated(json.loads(lines[at]), random), random)
        return b"\n".join(lines)
    if format == "spacy":
        return _docbin(data, random)
    return bytes_mutated(data, random, valid.written("tsv"))


def _docbin(data: bytes, random: Random) -> bytes:
    """Read a DocBin with damaged compressed or decompressed bytes, or with other values in its msgpack."""
    kind = random.random()
    if kind < 0.1:
        return bytes_mutated(data, random)
    content = zlib.decompress(data)
    if kind < 0.4:
        return zlib.compress(bytes_mutated(content, random), 1)
    import srsly

    held = srsly.msgpack_loads(content)
    try:
        if kind < 0.5:
            held = json_mutated(held, random)
        else:
            at = random.randrange(len(held["user_data"]))
            own = srsly.msgpack_loads(held["user_data"][at])
            held["user_data"][at] = srsly.msgpack_dumps(json_mutated(own, random))
        return zlib.compress(srsly.msgpack_dumps(held), 1)
    except (TypeError, ValueError, OverflowError, RecursionError, UnicodeError):
        return b""


def _place(folder: Path, name: str, data: bytes) -> str:
    """A file with the data, in memory if the reader supports it."""
    if not name.endswith((".parquet", ".spacy", ".gz", ".zst", ".xz", ".bz2", ".zip")):
        return Segment(str(folder / name), data)
    path = folder / name
    path.write_bytes(data)
    return str(path)


def rewritten(examples: Iterable[Any], format: str) -> int:
    """Write sentences in a format, read them again, and compare their words."""
    sentences = [example for example in examples if isinstance(example, Sentence)]
    file = io.BytesIO()
    writer = make_writer(registry().find("formats", format), file)
    for sentence in sentences:
        writer.write(sentence)
    writer.close()
    data = file.getvalue()
    data.decode("utf-8", "strict") if format != "spacy" else None
    name = f"again.{format}"
    if format == "spacy":
        import tempfile

        with tempfile.NamedTemporaryFile(suffix=".spacy") as stored:
            stored.write(data)
            stored.flush()
            again = [one.words for one in read_file(stored.name, RecordErrors()) if isinstance(one, Sentence)]
    else:
        again = [
            one.words for one in read_file(Segment(name, data), RecordErrors()) if isinstance(one, Sentence)
        ]
    before = [sentence.words for sentence in sentences if sentence.words or format in ("jsonl", "spacy")]
    if format in ("jsonl", "spacy"):
        assert again == before, f"{format}: words changed: {before!r:.300} -> {again!r:.300}"
    else:
        assert list(map(len, again)) == list(map(len, before)), f"{format}: number of words changed"
    return len(again)


def lines_of(seed: str, name: str, read: Callable[[str, RecordErrors], Iterable[Any]]) -> Target:
    """A target that reads a mutated text with a function."""

    def run(random: Random, folder: Path) -> object:
        data = bytes_mutated(seed.encode(), random, valid.TEXT.encode())
        return sum(1 for _ in read(_place(folder, name, data), RecordErrors(random.random() < 0.5)))

    return run


def packed_file(random: Random, folder: Path) -> object:
    """Read a compressed file or a zip member that was damaged before or after compression."""
    suffix = random.choice((".gz", ".bz2", ".xz", ".zst", ".zip"))
    data = valid.packed(valid.TEXT.encode() * random.choice((1, 50)), suffix)
    path = _place(folder, f"x.txt{suffix}" if suffix != ".zip" else "x.zip", bytes_mutated(data, random))
    if suffix == ".zip":
        path += "/" + random.choice(("a.txt", "b.txt", "a.txt/c"))
    return sum(1 for _ in read_lines(path))


def pairs_in(name: str, seed: str) -> Target:
    """A target that reads pairs of a TSV or JSON Lines file."""

    def run(random: Random, folder: Path) -> object:
        path = folder / name
        path.write_bytes(bytes_mutated(seed.encode(), random, valid.TEXT.encode()))
        sides = random.choice((("en", "de"), ("", ""), ("de", "en")))
        return sum(1 for _ in read_pairs(str(path), "", *sides, RecordErrors(random.random() < 0.5)))

    return run


def toml_file(random: Random, folder: Path) -> object:
    """Read a TOML file of options into a section."""
    path = folder / "x.toml"
    path.write_bytes(bytes_mutated(valid.TOML.encode(), random))
    table = read_toml(path)
    values = {key: value for part in table.values() if isinstance(part, dict) for key, value in part.items()}
    return fill({"training": TrainingOptions}, values)


def parquet_file(random: Random, folder: Path) -> object:
    """Read a Parquet file with changed bytes."""
    path = _place(folder, "x.parquet", bytes_mutated(valid.written("parquet"), random))
    return sum(1 for _ in read_file(path, RecordErrors(random.random() < 0.5)))


TARGETS: dict[str, tuple[int, Target]] = {
    "conllu": (20, sentences_of("conllu")),
    "tsv": (12, sentences_of("tsv")),
    "jsonl": (16, sentences_of("jsonl")),
    "spacy": (6, sentences_of("spacy")),
    "txt": (6, lines_of(valid.TEXT, "x.txt", lambda path, problems: read_file(path, problems))),
    "tokens": (4, lines_of(valid.TEXT, "x.txt", lambda path, problems: read_tokens(path, problems))),
    "sources": (4, lines_of(valid.PAIRS, "x.tsv", lambda path, problems: read_sources(path, problems, "en"))),
    "source records": (
        4,
        lines_of(valid.PAIR_LINES, "x.jsonl", lambda path, problems: read_sources(path, problems, "en")),
    ),
    "csv": (
        4,
        lines_of(valid.CSV, "x.csv", lambda path, problems: read_fields(path, FieldChoice("text"), problems)),
    ),
    "table": (
        4,
        lines_of(
            valid.TABLE, "x.tsv", lambda path, problems: read_fields(path, FieldChoice("text"), problems)
        ),
    ),
    "records": (
        4,
        lines_of(
            valid.RECORDS, "x.jsonl", lambda path, problems: read_fields(path, FieldChoice("text"), problems)
        ),
    ),
    "pairs": (4, pairs_in("x.tsv", valid.PAIRS)),
    "pair records": (4, pairs_in("x.jsonl", valid.PAIR_LINES)),
    "packed": (6, packed_file),
    "toml": (2, toml_file),
    "parquet": (2, parquet_file),
}
"""Name -> share of the cases, and the target."""
