"""Examples of any modality as pairs: from a corpus that is made, or from a table whose cells are text or name files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from seqkit.data.catalogue import find_corpus, made_items
from seqkit.data.pairs import files_in, names_pair_files
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.examples import Item, Pair, RecordErrors, SourceLocation
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import CorpusSpec, DecoderSpec, EncoderSpec
from seqkit.formats.parallel import read_jsonl, read_tsv
from seqkit.io.text_files import NotText, chomp, is_blank, read_lines, suffix_of
from seqkit.media import Limits

Reader = Callable[[str], Any]
"""What a cell of a table holds: a text as it is, or the content of the file that it names."""


def reads_items(data: str, encoders: Sequence[str], decoder: str) -> bool:
    """Whether pairs of `data` are made of items: a corpus with a maker, files in cells, or several inputs at once."""
    if not names_pair_files(data) and find_corpus(data).maker:
        return True
    return not is_of_text(encoders, decoder)


def is_of_text(encoders: Sequence[str], decoder: str) -> bool:
    """Whether one encoder reads, and the decoder learns from, texts as they are: no files, no several inputs."""
    host = registry()
    specs = [host.find("encoders", name) for name in encoders] + [host.find("decoders", decoder)]
    return len(encoders) < 2 and not any(spec.reader for spec in specs)


def read_media_pairs(
    data: str, split: str, encoders: Sequence[str], decoder: str, problems: RecordErrors, limits: Limits
) -> Iterator[Pair]:
    """The pairs of a split of a corpus, or of a user's table.

    Args:
        data: a corpus with a maker, or a .tsv or .jsonl file. Its first line (or the keys of its objects) names the
            columns: one for each encoder by its name; where there is one encoder, its column may be "source", and
            "path" if it reads files; and "target", or the decoder's name. Cells of a modality with files hold paths,
            relative to the table's own folder.
        problems: what to do with a row whose file is missing, broken or beyond the limits, or whose text is empty.

    Raises SeqkitError for a corpus or file that there is not, or that lacks a modality.
    """
    if names_pair_files(data):
        yield from _from_table(data, encoders, decoder, problems, limits)
        return
    spec = find_corpus(data)
    check_made(spec)
    for item in made_items(spec, split):
        yield _pair(spec, item, encoders, decoder)


def check_made(spec: CorpusSpec) -> None:
    """Raise SeqkitError for a corpus of text, whose examples are no items."""
    if spec.maker is None:
        fix = "Choose one of sound, pictures or clips (`seqkit corpora list`), or leave the encoder at text."
        raise SeqkitError(f"{spec.name}: is text, not items of several modalities", fix, exit_code=2)


def _pair(spec: CorpusSpec, item: Item, encoders: Sequence[str], decoder: str) -> Pair:
    for name in encoders:
        _check_has(spec, "read", name, item.reads)
    _check_has(spec, "write", decoder, item.writes)
    return Pair({name: item.reads[name] for name in encoders}, item.writes[decoder], item.where)


def _check_has(spec: CorpusSpec, verb: str, name: str, there: dict[str, Any]) -> None:
    if name not in there:
        part = "encoder" if verb == "read" else "decoder"
        raise SeqkitError(
            f"{spec.name}: has no '{name}' to {verb}",
            f"It has {', '.join(there)}: --set {part}={next(iter(there))}.",
            exit_code=2,
        )


def cell_reader(spec: EncoderSpec | DecoderSpec, limits: Limits) -> Reader:
    """How a cell (or an argument) of this modality is read: as the text it is, or from the file it names.

    The function raises SeqkitError, naming the file, for one that is missing or cannot be read.
    """
    if spec.reader is None:
        return lambda text: text
    reader, name = load(spec.reader), spec.name

    def read(path: str) -> Any:
        # A path may be too long, or in an unreadable folder: one bad path must not end a run.
        try:
            if not Path(path).is_file():
                reason = "is a folder" if Path(path).is_dir() else "no such file"
                raise SeqkitError(f"{path}: {reason}", f"Give the path of a file for '{name}'.")
            return reader(path, limits)
        except (OSError, ValueError) as error:
            said = (error.strerror if isinstance(error, OSError) else None) or error
            fix = f"Give the path of a file for '{name}' that may be read."
            raise SeqkitError(f"{path}: cannot be read ({said})", fix) from error

    return read


def library_missing(error: SeqkitError) -> bool:
    """Whether a file could not be read because a library is not installed: then no other can, either."""
    return isinstance(error.__cause__ or error.__context__, ImportError)


def _from_table(
    data: str, encoders: Sequence[str], decoder: str, problems: RecordErrors, limits: Limits
) -> Iterator[Pair]:
    suffix, host = suffix_of(data), registry()
    if len(files_in(data)) != 1 or suffix not in (".tsv", ".jsonl"):
        fix = "Give one .tsv or .jsonl file with a column for each; paths in it are relative to its folder."
        raise SeqkitError(f"{data}: is not a table of {', '.join(encoders)} and target", fix, exit_code=2)
    specs = [*(host.find("encoders", name) for name in encoders), host.find("decoders", decoder)]
    generic = ("source", "path") if specs[0].reader else ("source",)
    columns = _columns(data, _named_columns(data, suffix), encoders, decoder, generic)
    readers = [(spec.name, bool(spec.reader), cell_reader(spec, limits)) for spec in specs]
    rows = (read_tsv if suffix == ".tsv" else read_jsonl)(data, columns, problems)
    for where, cells in rows:
        values = _values(where, columns, cells, readers, problems)
        if values is not None:
            yield Pair(dict(zip(encoders, values, strict=False)), values[-1], where)


def _values(
    where: SourceLocation,
    columns: Sequence[str],
    cells: Sequence[str],
    readers: Sequence[tuple[str, bool, Reader]],
    problems: RecordErrors,
) -> list[Any] | None:
    """The contents of the cells of a row; None if one of them was bad and was reported."""
    values = []
    for column, cell, (_, names_file, read) in zip(columns, cells, readers, strict=True):
        if not cell.strip():
            fix = "Fill it in, or leave such rows out with --skip-bad."
            problems.bad(where, f"column '{column}' is empty", fix)
            return None
        try:
            values.append(read(str(Path(where.path).parent / cell.strip())) if names_file else read(cell))
        except SeqkitError as error:
            if library_missing(error):
                raise
            problems.bad(where, f"column '{column}': {error.problem}", error.fix)
            return None
    return values


def _named_columns(path: str, suffix: str) -> list[str]:
    """The names in the first line of a TSV file, or the keys of the first object of a JSONL file."""
    for _, line in read_lines(path):
        if isinstance(line, NotText) or is_blank(line):
            continue
        if suffix == ".tsv":
            return [cell.strip() for cell in chomp(line).split("\t")]
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            return list(record)
    return []


def _columns(
    path: str, there: Sequence[str], encoders: Sequence[str], decoder: str, generic: Sequence[str]
) -> list[str]:
    """The column of each encoder, and that of the target. Raises SeqkitError where one is missing.

    Args: generic, other names that the column of a single encoder may have.
    """
    wanted = []
    for name in encoders:
        wanted.append(_first_of([name, *(generic if len(encoders) == 1 else ())], there, path))
    targets = ["target", *([decoder] if decoder not in encoders else [])]
    return [*wanted, _first_of(targets, there, path)]


def _first_of(names: Sequence[str], there: Sequence[str], path: str) -> str:
    found = next((name for name in names if name in there), None)
    if found is None:
        said = " or ".join(f"'{name}'" for name in names)
        fix = f"Its first line names the columns. {did_you_mean(names[0], there)}"
        raise SeqkitError(f"{path}: no column {said}", fix)
    return found
