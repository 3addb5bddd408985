"""Read and write Parquet: records as rows, sentences as rows with columns of lists. Needs pyarrow (extra `batch`)."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import fspath
from typing import Any, BinaryIO

from seqkit.errors import MissingPackageError, SeqkitError
from seqkit.examples import RecordErrors, Sentence, SourceLocation
from seqkit.formats.records import from_record, to_record
from seqkit.io.limits import check_file
from seqkit.io.remote import file_system, is_remote
from seqkit.io.segment import Segment
from seqkit.io.text_files import BadRecord, FilePath

ROWS = 1000
"""Rows per batch when reading, and per row group when writing."""


def arrow(module: str = "pyarrow") -> Any:
    """Import a module of pyarrow. Raises MissingPackageError if it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        fix = "Install it: pip install pyarrow (in a checkout: pip install '.[batch]')."
        raise MissingPackageError("Parquet needs the package pyarrow", fix) from error


@contextmanager
def parquet_file(path: FilePath) -> Iterator[Any]:
    """Open a file with pyarrow. Raises SeqkitError if it does not exist or is not a Parquet file."""
    parquet, base = arrow("pyarrow.parquet"), arrow()
    try:
        with _opened(path) as file:
            yield parquet.ParquetFile(file)
    except FileNotFoundError as error:
        raise SeqkitError(f"{path}: no such file", "Check the path.", exit_code=2) from error
    except base.ArrowInvalid as error:
        problem = f"{path}: is not a Parquet file, or it is damaged ({str(error).splitlines()[0]})"
        raise SeqkitError(problem, "Get or write the file again.") from error


def _opened(path: FilePath) -> Any:
    if is_remote(path):
        system, name = file_system(fspath(path))
        return system.open(name, "rb")
    check_file(path)
    return open(path, "rb")


def read_rows(path: FilePath) -> Iterator[tuple[SourceLocation, dict[str, Any]]]:
    """Yield the rows of a file, or of a Segment with an Arrow stream; locations count rows from 1."""
    if isinstance(path, Segment):
        number = path.record
        with arrow("pyarrow.ipc").open_stream(path.open()) as stream:
            for batch in stream:
                yield from _numbered(path, batch, number)
                number += batch.num_rows
        return
    number = 0
    with parquet_file(path) as file:
        for batch in file.iter_batches(ROWS):
            yield from _numbered(path, batch, number)
            number += batch.num_rows


def _numbered(path: FilePath, batch: Any, number: int) -> Iterator[tuple[SourceLocation, dict[str, Any]]]:
    for index, row in enumerate(batch.to_pylist(), number + 1):
        yield SourceLocation(str(path), index), row


def read(path: FilePath, problems: RecordErrors, kinds: Sequence[str] = ()) -> Iterator[Sentence]:
    """Read sentences, one per row, as `Writer` writes them. Args: kinds, kinds of label besides upos, xpos, feats."""
    for where, row in read_rows(path):
        try:
            sentence = from_record(row, kinds)
        except BadRecord as bad:
            problems.bad(where, bad.reason, bad.fix)
            continue
        sentence.where = where
        yield sentence


class RecordWriter:
    """Writes dicts as rows, with the columns of the first row group.

    Row groups have `ROWS` rows, so that equal rows give equal bytes. Raises SeqkitError for a row with other columns
    or types.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._rows = file, list[dict[str, Any]]()
        self._writer: Any = None
        self._arrow, self._parquet = arrow(), arrow("pyarrow.parquet")

    def write_record(self, record: dict[str, Any]) -> None:
        """Add one row."""
        self._rows.append(record)
        if len(self._rows) == ROWS:
            self._flush()

    def _flush(self) -> None:
        schema = self._writer.schema if self._writer else None
        names = schema.names if schema else list(dict.fromkeys(name for row in self._rows for name in row))
        if new := [name for row in self._rows for name in row if name not in names]:
            raise SeqkitError(
                f"field '{new[0]}' is not in the first {ROWS} rows", "Write JSON Lines, or --drop it."
            )
        columns = {name: [row.get(name) for row in self._rows] for name in names}
        table = self._table(columns, schema)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._file, table.schema, compression="zstd")
        self._writer.write_table(table)
        self._rows = []

    def _table(self, columns: dict[str, list[Any]], schema: Any) -> Any:
        try:
            return self._arrow.table(columns, schema=schema)
        except (self._arrow.ArrowInvalid, self._arrow.ArrowTypeError) as error:
            problem = f"a field has values of several types ({str(error).splitlines()[0]})"
            raise SeqkitError(problem, "Write JSON Lines, or --drop the field.") from error

    def close(self) -> None:
        """Write the remaining rows, and the footer."""
        if self._rows or self._writer is None:
            self._flush()
        self._writer.close()


class Writer(RecordWriter):
    """Writes one row per sentence: text, words, spaces and each kind of label as columns of lists."""

    def write(self, sentence: Sentence) -> None:
        """Write one sentence."""
        record = to_record(sentence)
        for name in ("text", "words", "spaces", "offset", "document"):
            record.setdefault(name, None)
        record.pop("probabilities", None)
        self.write_record(record)


def join(parts: Sequence[BinaryIO], file: BinaryIO) -> None:
    """Join files: copy the row groups of each in turn, with the union of their columns."""
    base, parquet = arrow(), arrow("pyarrow.parquet")
    files = [parquet.ParquetFile(part) for part in parts]
    filled = [one.schema_arrow for one in files if one.metadata.num_rows] or [files[0].schema_arrow]
    schema = base.unify_schemas(filled, promote_options="permissive")
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for one in files:
            for number in range(one.num_row_groups):
                table = one.read_row_group(number)
                if table.num_rows:
                    writer.write_table(_with_schema(table, schema, base))


def _with_schema(table: Any, schema: Any, base: Any) -> Any:
    """Convert a table to a schema; missing columns become null."""
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.schema.names
        else base.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return base.table(columns, schema=schema)


def as_stream(table: Any) -> bytes:
    """Serialize a table as an Arrow stream, for the bytes of a Segment."""
    sink = io.BytesIO()
    with arrow("pyarrow.ipc").new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def row_parts(
    path: FilePath, first: int, most_rows: int, most_bytes: int
) -> Iterator[tuple[int, int, bytes, float]]:
    """Yield parts of a file from row `first` on: first row, row after the last, an Arrow stream, share of the file.

    A part lies within one row group; row groups before `first` are not read.

    Args: most_rows, most_bytes, maximum rows and approximate bytes of a part.
    """
    base = arrow()
    with parquet_file(path) as file:
        rows, start = file.metadata.num_rows, 0
        if rows == 0:
            yield 0, 0, as_stream(file.schema_arrow.empty_table()), 1.0
        for number in range(file.num_row_groups):
            group = file.metadata.row_group(number)
            if start + group.num_rows > first:
                bytes_per_row = max(group.total_byte_size / max(group.num_rows, 1), 1)
                size = max(1, min(most_rows, int(most_bytes / bytes_per_row)))
                at = start
                for batch in file.iter_batches(size, row_groups=[number]):
                    after = at + batch.num_rows
                    if at >= first:
                        data = as_stream(base.Table.from_batches([batch]))
                        yield at, after, data, batch.num_rows / rows
                    at = after
            start += group.num_rows
