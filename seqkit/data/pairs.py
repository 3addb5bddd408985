"""Read parallel text, from a corpus by name or from files, as pairs of source and target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from seqkit.data.catalogue import corpus_files, find_corpus
from seqkit.data.files import read_pair_file
from seqkit.data.hash_split import split_of
from seqkit.data.pair_sides import check_side, files_in, names_pair_files, pair_format
from seqkit.errors import SeqkitError
from seqkit.examples import Pair, RecordErrors, SourceLocation
from seqkit.extend.manager import registry
from seqkit.extend.specs import CorpusSpec, FormatSpec
from seqkit.formats.parallel import GENERIC, ColumnNames, Row, named_as, read_files, read_jsonl, read_tsv
from seqkit.io.limits import within_records
from seqkit.io.text_files import suffix_of

LONGEST = 5000
"""Maximum characters of a side; longer lines are nearly always errors in the file."""


def read_pairs(
    data: str,
    split: str,
    source: str,
    target: str,
    problems: RecordErrors,
    longest: int = LONGEST,
    encoder: str = "text",
    decoder: str = "text",
) -> Iterator[Pair]:
    """Yield the pairs of a split of a corpus, or of files, each a Pair({encoder: …}, target, where).

    Args:
        data: the name of a corpus; two files joined by a comma (`train.en,train.de`); or one .tsv or .jsonl file, or a
            file of a plugin's format with pairs. The suffixes of two files determine the side of each; if they are not
            names of sides, the first is the source.
        split: a split of the corpus or its alias ("dev" for "val"); ignored for files.
        source, target: names of the sides, such as "en" and "de"; may be "" for files.
        problems: receives lines without a counterpart, empty sides, sides of more than `longest` characters (0: any
            length), and bytes that are not UTF-8.
        encoder, decoder: names of the model's encoder and decoder; columns of a table may have these names, too.

    Raises SeqkitError for a corpus, split, side or file that does not exist, and as `problems` does.
    """
    names = column_names(encoder, decoder)
    for where, (left, right) in read_rows(data, split, (source, target), problems, names):
        fault = _fault(left, longest) or _fault(right, longest)
        if fault:
            problems.bad(where, *fault)
            continue
        yield Pair({encoder: left}, right, where)


def column_names(encoder: str, decoder: str) -> ColumnNames:
    """Return the possible names of a table's columns if neither encoder nor decoder reads files."""
    host = registry()
    sources = (encoder, "source")
    targets = ("target",) if decoder == encoder else ("target", decoder)
    parts = {one.spec.name for kind in ("encoders", "decoders") for one in host.all(kind)}
    return ColumnNames((sources, targets), ColumnNames.known | parts)


def read_rows(
    data: str, split: str, sides: tuple[str, ...], problems: RecordErrors, names: ColumnNames | None = None
) -> Iterator[Row]:
    """Like `read_pairs`, with any number of sides, and without the checks for empty or long texts.

    Args: names, possible names of columns in addition to those of the sides; default: those for text.
    """
    if names_pair_files(data):
        return _rows_of_files(data, sides, problems, names or column_names("text", "text"))
    spec = find_corpus(data)
    for side in sides:
        check_side(spec, side)
    return _rows_of_corpus(spec, split, sides, problems)


def _fault(text: str, longest: int) -> tuple[str, str] | None:
    """Problem and fix for a bad side; None if it is valid."""
    if not text.strip():
        return "an empty side", "Delete the pair in every file, or skip such pairs with --skip-bad."
    if longest and len(text) > longest:
        reason = f"a side of {len(text):,} characters, more than {longest:,}"
        return reason, "Split it into sentences, or skip such pairs with --skip-bad."
    return None


def _rows_of_corpus(
    spec: CorpusSpec, split: str, sides: tuple[str, ...], problems: RecordErrors
) -> Iterator[Row]:
    paths, division = corpus_files(spec.name, split), spec.division
    if division is None:
        yield from _read(paths, spec, sides, problems)
        return
    wanted = spec.aliases.get(split, split)
    for where, (*texts, deciding) in _read(paths, spec, (*sides, division.side), problems):
        if split_of(deciding, division) == wanted:
            yield where, tuple(texts)


def _read(
    paths: list[Path], spec: CorpusSpec, sides: tuple[str, ...], problems: RecordErrors
) -> Iterator[Row]:
    # If the manifest does not name the format, the suffix determines it, as for files.
    pairs = pair_format(paths[0])
    by_suffix = {".tsv": "tsv", ".jsonl": "jsonl"}.get(suffix_of(paths[0]), pairs.name if pairs else "lines")
    format = spec.format or by_suffix
    if format == "lines":
        yield from read_files([paths[spec.sides.index(side)] for side in sides], problems)
        return
    for path in paths:
        if format == "tsv":
            yield from read_tsv(path, sides, problems, spec.sides)
        elif format == "jsonl":
            yield from read_jsonl(path, sides, problems)
        else:
            named_format = registry().find("formats", format)
            yield from _rows_of_pairs(path, named_format, sides, problems, spec.sides)


def _rows_of_files(
    data: str, sides: tuple[str, ...], problems: RecordErrors, names: ColumnNames
) -> Iterator[Row]:
    return within_records(data, _rows_by_format(data, sides, problems, names))


def _rows_by_format(
    data: str, sides: tuple[str, ...], problems: RecordErrors, names: ColumnNames
) -> Iterator[Row]:
    paths = files_in(data)
    named = sides if all(sides) and len(set(sides)) == len(sides) else GENERIC
    if len(paths) == 1 and suffix_of(paths[0]) in (".tsv", ".jsonl"):
        if suffix_of(paths[0]) == ".tsv":
            return read_tsv(paths[0], named, problems, names=names)
        return read_jsonl(paths[0], named, problems, names)
    pairs = pair_format(paths[0]) if len(paths) == 1 else None
    if pairs is not None:
        return _rows_of_pairs(paths[0], pairs, named, problems)
    if len(paths) != len(sides):
        raise SeqkitError(
            f"{data}: {len(paths)} file(s) of lines for {len(sides)} sides",
            "Join two files by a comma, `train.en,train.de`, or give one file of pairs, such as .tsv or .jsonl.",
            exit_code=2,
        )
    return read_files(_in_order(paths, named), problems)


def _rows_of_pairs(
    path: str | Path,
    spec: FormatSpec,
    sides: tuple[str, ...],
    problems: RecordErrors,
    columns: tuple[str, ...] = (),
) -> Iterator[Row]:
    """Yield the sides of each pair of a plugin's reader; a pair that lacks a side goes to `problems`.

    Args: columns, names of source and target for pairs without names of sides; default: `sides`.
    """
    for pair in read_pair_file(path, spec, problems):
        texts = _texts_by_side(pair, columns or sides)
        names = _names_in(texts, sides)
        where = pair.where or SourceLocation(str(path), 0)
        if all(names):
            yield where, tuple(texts[name] for name in names)
        else:
            missing = sides[names.index("")]
            problems.bad(where, f"no side '{missing}'", f"Name sides that it has: {', '.join(texts)}.")


def _texts_by_side(pair: Pair, columns: tuple[str, ...]) -> dict[str, str]:
    """Name of a side -> its text."""
    if pair.target is None:
        return dict(pair.sources)
    return dict(zip(columns, (*pair.sources.values(), pair.target), strict=False))


def _names_in(texts: Mapping[str, str], sides: tuple[str, ...]) -> list[str]:
    """The name of each side in a pair; "" for a side that the pair lacks. Unnamed sides are matched by order."""
    present = list(texts)
    if sides == GENERIC and len(present) == len(sides):
        return present
    return [named_as(side, present) for side in sides]


def _in_order(paths: list[str], sides: tuple[str, ...]) -> list[str]:
    """Order two files as source and target by the sides in their suffixes, else keep their order."""
    ends = [suffix_of(path).removeprefix(".") for path in paths]
    if ends[0] == ends[1] and named_as(ends[0], sides):
        raise SeqkitError(
            f"{','.join(paths)}: both names end in {ends[0]}", "Give one file of each side.", exit_code=2
        )
    first, second = (named_as(side, ends) for side in sides)
    reverse = first != second and ((second and second == ends[0]) or (first and first == ends[1]))
    return paths[::-1] if reverse else paths
