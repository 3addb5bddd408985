"""Process one part: read its pieces, apply the model to their items, write an output for each piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from seqkit.batch.errors import PartErrors
from seqkit.batch.sources import segment_of, sha256_of
from seqkit.batch.store_files import Counted
from seqkit.batch.units import Piece
from seqkit.data.items import library_missing
from seqkit.errors import SeqkitError
from seqkit.io.segment import Segment
from seqkit.tasks.application import ApplyRequest, Chunk, chunks
from seqkit.tasks.contract import Task


@dataclass
class Output:
    """A piece, and its output in the output file of the part."""

    number: int
    """Index among the pieces of the part."""
    piece: Piece
    source: str | Segment
    out: Counted
    writer: Any = None
    """The writer; None until the first chunk is written, because earlier pieces are written first."""
    written: int = 0
    """Number of records in the output."""


class Pending(NamedTuple):
    """A chunk of the items of a piece, or None to mark the end of the piece."""

    output: Output
    chunk: Chunk | None


@dataclass
class PartWork:
    """Applies the model to the items of a part; its attributes contain the results."""

    task: Task
    model: Any
    request: ApplyRequest
    format: str
    file: BinaryIO
    errors: PartErrors
    words: int = 0
    """Number of words in all outputs."""
    outputs: list[Output] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    """sha256 of each piece that this process read; "" for pieces that the driver read."""

    @property
    def written(self) -> int:
        """Number of records in all outputs."""
        return sum(output.written for output in self.outputs)

    def run(self, pieces: Iterable[Piece]) -> None:
        """Process the pieces. Raises SeqkitError for a bad record if the first one ends the run."""
        pending: list[Pending] = []
        for one in self._chunks(pieces):
            pending.append(one)
            if self._is_full(pending):
                self._apply(pending)
                pending = []
        self._apply(pending)

    def _is_full(self, pending: list[Pending]) -> bool:
        """Whether to process the chunks now: each separately, unless the task joins the items of several files."""
        waiting = [one.chunk for one in pending if one.chunk is not None]
        if not self.task.joins(self.request):
            return bool(waiting)
        limits, count = self.task.limits, sum(len(chunk.items) for chunk in waiting)
        if count >= limits.records:
            return True
        return sum(self.task.size(item) for chunk in waiting for item in chunk.items) >= limits.size

    def _chunks(self, pieces: Iterable[Piece]) -> Iterator[Pending]:
        for number, piece in enumerate(pieces):
            source = self._source(number, piece)
            output = Output(number, piece, source, Counted(self.file))
            self.outputs.append(output)
            for chunk in chunks(self._items(output), self.task.limits, self.task.size, piece.start.record):
                yield Pending(output, chunk)
                self.errors.reading(number, source)
            yield Pending(output, None)
            _check_opened(self.task, source)

    def _source(self, number: int, piece: Piece) -> str | Segment:
        """The file, or the bytes of a part of it; stores the checksum of bytes that are read here."""
        self.errors.reading(number, piece.path)
        digest = ""
        source: str | Segment = piece.path
        if piece.data is not None:
            at = piece.start
            source = Segment(piece.path, piece.data, at.line, at.record, at.offset, at.byte == 0)
        elif self.task.cuts(piece.path, self.request) in ("rows", "whole"):
            digest = sha256_of(piece.path)
        else:
            source, digest, fault = segment_of(piece.path)
            if fault is not None:
                self.errors.file(piece.path, fault)
        self.digests.append(digest)
        self.errors.reading(number, source)
        return source

    def _items(self, output: Output) -> Iterator[Any]:
        """Yield the items up to an error of the reader, which ends the file."""
        try:
            yield from self.task.read(output.source, self.request, self.errors)
        except SeqkitError as error:
            if not self.errors.skip or library_missing(error):
                raise
            self.errors.file(output.piece.path, error)

    def _apply(self, pending: list[Pending]) -> None:
        """Apply the model to all chunks together, and write their outputs."""
        waiting = [one.chunk for one in pending if one.chunk is not None]
        items = [item for chunk in waiting for item in chunk.items]
        first = waiting[0].first if waiting else 0
        results = iter(self.task.apply(self.model, Chunk(items, first), self.request) if waiting else ())
        for output, chunk in pending:
            self._write(output, chunk, results)

    def _write(self, output: Output, chunk: Chunk | None, results: Iterator[Any]) -> None:
        self.errors.reading(output.number, output.source)
        if output.writer is None:
            output.writer = self.task.writer(self.format, output.out, self.request)  # type: ignore[arg-type]
        if chunk is None:
            output.writer.close()
            return
        for number, item in enumerate(chunk.items, chunk.first):
            result = next(results)
            if isinstance(result, SeqkitError):
                self.errors.bad(item.where, result.problem, result.fix)
                continue
            self.words += self.task.words(item, result)
            output.written += output.writer.write(number, item, result)


def _check_opened(task: Task, source: str | Segment) -> None:
    """Raise SeqkitError for a task that reads the file's path instead of the bytes of the part."""
    if isinstance(source, Segment) and source.data and not source.opened:
        problem = f"the task {task.name} does not open {source} with seqkit.io.text_files"
        raise SeqkitError(problem, 'Tell its author: Task.cuts must then be "whole".')
