"""Read examples of any modality as pairs: from a corpus with a maker, or from a table of texts and file names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from seqkit.data.catalogue import find_corpus, made_items
from seqkit.data.pair_sides import files_in, names_pair_files
from seqkit.errors import MissingPackageError, SeqkitError, did_you_mean
from seqkit.examples import Item, Pair, RecordErrors, SourceLocation
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import CorpusSpec, DecoderSpec, EncoderSpec
from seqkit.formats.parallel import read_jsonl, read_tsv
from seqkit.io.limits import check_file
from seqkit.io.text_files import NotText, chomp, is_blank, read_lines, suffix_of
from seqkit.media import Limits

Reader = Callable[[str], Any]
"""Reads a cell of a table: the text, or the content of the file that it names."""


def reads_items(data: str, encoders: Sequence[str], decoder: str) -> bool:
    """Whether the pairs of `data` come from items: a corpus with a maker, files in cells, or several inputs."""
    if not names_pair_files(data) and find_corpus(data).maker:
        return True
    return not is_of_text(encoders, decoder)


def is_of_text(encoders: Sequence[str], decoder: str) -> bool:
    """Whether there is one encoder, and encoder and decoder process texts, not files."""
    host = registry()
    specs = [host.find("encoders", name) for name in encoders] + [host.find("decoders", decoder)]
    return len(encoders) < 2 and not any(spec.reader for spec in specs)


def read_media_pairs(
    data: str, split: str, encoders: Sequence[str], decoder: str, problems: RecordErrors, limits: Limits
) -> Iterator[Pair]:
    """Yield the pairs of a split of a corpus, or of a table.

    Args:
        data: a corpus with a maker, or a .tsv or .jsonl file. Its first line (or the keys of its objects) names the
            columns: one for each encoder by its name (a single encoder's may be "source", or "path" if it reads files),
            and "target" or the decoder's name. Cells of a modality with files are paths relative to the table's
            folder.
        problems: receives rows whose file is missing, broken or beyond the limits, or whose text is empty.

    Raises SeqkitError for a corpus or file that does not exist, or that lacks a modality.
    """
    if names_pair_files(data):
        yield from _from_table(data, encoders, decoder, problems, limits)
        return
    spec = find_corpus(data)
    check_made(spec)
    for item in made_items(spec, split):
        yield _pair(spec, item, encoders, decoder)


def check_made(spec: CorpusSpec) -> None:
    """Raise SeqkitError for a corpus of text, whose examples are not items."""
    if spec.maker is None:
        fix = "Choose a corpus of sound, pictures or clips (`seqkit corpora list`), or use the text encoder."
        raise SeqkitError(
            f"{spec.name}: is a corpus of text, not of items of several modalities", fix, exit_code=2
        )


def _pair(spec: CorpusSpec, item: Item, encoders: Sequence[str], decoder: str) -> Pair:
    for name in encoders:
        _check_has(spec, "read", name, item.reads)
    _check_has(spec, "write", decoder, item.writes)
    return Pair({name: item.reads[name] for name in encoders}, item.writes[decoder], item.where)


def _check_has(spec: CorpusSpec, verb: str, name: str, present: dict[str, Any]) -> None:
    if name not in present:
        part = "encoder" if verb == "read" else "decoder"
        raise SeqkitError(
            f"{spec.name}: has no '{name}' to {verb}",
            f"It has {', '.join(present)}: --set {part}={next(iter(present))}.",
            exit_code=2,
        )


def cell_reader(spec: EncoderSpec | DecoderSpec, limits: Limits) -> Reader:
    """Create the reader of a cell (or an argument) of this modality: the text, or the content of the file it names.

    The reader raises SeqkitError, with the name of the file, if the file is missing or cannot be read.
    """
    if spec.reader is None:
        return lambda text: text
    reader, name = load(spec.reader), spec.name

    def read(path: str) -> Any:
        # A path may be too long, or in an unreadable folder; a bad path must not end a run.
        try:
            if not Path(path).is_file():
                reason = "is a folder" if Path(path).is_dir() else "no such file"
                raise SeqkitError(f"{path}: {reason}", f"Give the path of a file for '{name}'.")
            check_file(path)
            return reader(path, limits)
        except (OSError, ValueError) as error:
            cause = (error.strerror if isinstance(error, OSError) else None) or error
            fix = f"Give the path of a readable file for '{name}'."
            raise SeqkitError(f"{path}: cannot be read ({cause})", fix) from error

    return read


def library_missing(error: SeqkitError) -> bool:
    """Whether an error is due to a library that is not installed, which also affects all other files."""
    return isinstance(error, MissingPackageError) or isinstance(
        error.__cause__ or error.__context__, ImportError
    )


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
    """The contents of the cells of a row; None after a bad cell was reported."""
    values = []
    for column, cell, (_, names_file, read) in zip(columns, cells, readers, strict=True):
        if not cell.strip():
            fix = "Fill it in, or skip such rows with --skip-bad."
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
    path: str, present: Sequence[str], encoders: Sequence[str], decoder: str, generic: Sequence[str]
) -> list[str]:
    """The column of each encoder, then that of the target. Raises SeqkitError if a column is missing.

    Args: generic, other possible names of the column of a single encoder.
    """
    wanted = []
    for name in encoders:
        wanted.append(_first_of([name, *(generic if len(encoders) == 1 else ())], present, path))
    targets = ["target", *([decoder] if decoder not in encoders else [])]
    return [*wanted, _first_of(targets, present, path)]


def _first_of(names: Sequence[str], present: Sequence[str], path: str) -> str:
    column = next((name for name in names if name in present), None)
    if column is None:
        wanted = " or ".join(f"'{name}'" for name in names)
        fix = f"Its first line names the columns. {did_you_mean(names[0], present)}"
        raise SeqkitError(f"{path}: no column {wanted}", fix)
    return column
