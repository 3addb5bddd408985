"""Worker processes: load the model once, process parts, join outputs. Each part is committed before it is reported."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from seqkit.batch.errors import PartErrors
from seqkit.batch.fingerprint import cpu_class
from seqkit.batch.jobs import Job, Join
from seqkit.batch.joining import join
from seqkit.batch.ledger import ERRORS, PARTS, Ledger
from seqkit.batch.sources import segment_of, sha256_of
from seqkit.batch.store import Counted, Row, open_store
from seqkit.batch.units import Part, Piece
from seqkit.data.items import library_missing
from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.io.segment import Segment
from seqkit.tasks.application import ApplyRequest, chunks


@dataclass(frozen=True)
class Setup:
    """The settings of a worker. Picklable."""

    root: str
    """The output folder."""
    task: str
    request: ApplyRequest
    format: str
    """Name of the format of the outputs."""
    model: str
    """Fingerprint of the model; a different model on the worker's machine is refused."""
    cpu: str
    """Class of the processor that the run began on; "" accepts any."""
    stop: bool = False
    """Whether the first bad record ends the run."""
    threads: int = 1


@dataclass
class Counts:
    """The counts of a part."""

    words: int = 0
    written: int = 0
    """Number of records in the output."""


class Worker:
    """Processes jobs; created once in each process."""

    def __init__(self, setup: Setup) -> None:
        """Load the model. Raises SeqkitError if the model or the processor's class differs from the run's."""
        from seqkit.runtime.devices import use_device
        from seqkit.runtime.start import loading_models

        use_device(setup.request.device)
        self.setup = setup
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.store = open_store(setup.root)
        self._check_writable()
        self.ledger = Ledger(self.store)
        self.task = load(registry().find("tasks", setup.task).implementation)()
        _check_same(self.task.fingerprint(setup.request), setup)
        with loading_models(one_thread=setup.threads == 1):
            if setup.threads > 1:
                from seqkit.runtime.threads import use_threads

                use_threads(setup.threads)
            self.model = self.task.load_for(setup.request)

    def _check_writable(self) -> None:
        """Raise SeqkitError, with the name of this machine, if the output folder cannot be written from here."""
        probe = f"{PARTS}/probe-{self.name.replace(':', '-')}"
        try:
            self.store.put(probe, b"")
            self.store.delete(probe)
        except (OSError, SeqkitError) as error:
            reason = error.problem if isinstance(error, SeqkitError) else error.strerror or str(error)
            problem = f"{self.setup.root}: cannot be written from {socket.gethostname()} ({reason})"
            raise SeqkitError(problem, "All machines of a run need the same output folder.") from error

    def __call__(self, job: Job) -> Row:
        """Do a job and return its logged row. A job that is committed already is not repeated."""
        work = job.work
        if isinstance(work, Join):
            return join(work, self.store, self.ledger, self.setup.format)
        if job.attempt or self.store.size(f"{PARTS}/{work.name}") is not None:
            self.ledger.refresh()
            state = self.ledger.unit(work.unit)
            if state.again == work.again and (row := state.parts.get(work.number)):
                return row
        return self._part(work)

    def _part(self, part: Part) -> Row:
        started, counts, errors = time.monotonic(), Counts(), PartErrors(self.setup.stop)
        outs, digests = list[list[Any]](), list[str]()
        with self.store.write(f"{PARTS}/{part.name}") as file:
            for piece in part.pieces:
                out = Counted(file)
                before = counts.written
                digests.append(self._piece(piece, out, counts, errors))
                outs.append([out.count, out.sha256, counts.written - before])
            if errors.rows:
                self._note_errors(part, errors)
        row = {
            "unit": part.unit,
            "part": part.number,
            "again": part.again,
            "to": part.end.as_list(),
            "in": part.sha256 or ",".join(digests),
            "outs": outs,
            "records": counts.written,
            "words": counts.words,
            "bad": errors.skipped,
            "source": part.source,
            "seconds": round(time.monotonic() - started, 3),
            "time": round(time.time(), 1),
            "worker": self.name,
            "memory": peak_memory(),
        }
        self.ledger.log(row)
        return row

    def _piece(self, piece: Piece, out: Counted, counts: Counts, errors: PartErrors) -> str:
        """Process a file, or a part of one. Returns the checksum of its bytes, if they were read here."""
        source, digest = self._source(piece, errors)
        errors.source = source
        with self._writer(out) as writer:
            try:
                self._apply(source, piece, writer, counts, errors)
            except UnreadableFile as fault:
                errors.file(piece.path, fault.error)
        if isinstance(source, Segment) and source.data and not source.opened:
            problem = f"the task {self.setup.task} does not open {piece.path} by seqkit.io.text_files"
            raise SeqkitError(problem, 'Tell its author: Task.cuts must then be "whole".')
        return digest

    def _source(self, piece: Piece, errors: PartErrors) -> tuple[str | Segment, str]:
        if piece.data is not None:
            at = piece.start
            segment = Segment(piece.path, piece.data, at.line, at.record, at.offset, at.byte == 0)
            return segment, ""
        if self.task.cuts(piece.path, self.setup.request) in ("rows", "whole"):
            return piece.path, sha256_of(piece.path)
        segment, digest, fault = segment_of(piece.path)
        if fault is not None:
            errors.file(piece.path, fault)
        return segment, digest

    @contextmanager
    def _writer(self, out: Counted) -> Iterator[Any]:
        file: BinaryIO = out  # type: ignore[assignment]
        writer = self.task.writer(self.setup.format, file, self.setup.request)
        yield writer
        writer.close()

    def _apply(
        self, source: str | Segment, piece: Piece, writer: Any, counts: Counts, errors: PartErrors
    ) -> None:
        task, request = self.task, self.setup.request
        items = _read(task.read(source, request, errors), errors)
        for chunk in chunks(items, task.limits, task.size, piece.start.record):
            outputs = task.apply(self.model, chunk, request)
            for number, (item, output) in enumerate(zip(chunk.items, outputs, strict=True), chunk.first):
                if isinstance(output, SeqkitError):
                    errors.bad(item.where, output.problem, output.fix)
                    continue
                counts.words += task.words(item, output)
                counts.written += writer.write(number, item, output)

    def _note_errors(self, part: Part, errors: PartErrors) -> None:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in errors.rows]
        self.store.put(f"{ERRORS}/{part.name}.jsonl", "".join(lines).encode("utf-8", "surrogateescape"))


class UnreadableFile(Exception):
    """A reader's error, which ends the reading of its file."""

    def __init__(self, error: SeqkitError) -> None:
        super().__init__(error)
        self.error = error


def _read(items: Iterator[Any], errors: PartErrors) -> Iterator[Any]:
    """Yield the items; errors of the reader are distinguished from those of the model."""
    try:
        yield from items
    except SeqkitError as error:
        if errors.skip and not library_missing(error):
            raise UnreadableFile(error) from error
        raise


def _check_same(model: str, setup: Setup) -> None:
    if model != setup.model:
        problem = f"{setup.request.model}: the model has changed since the run began"
        raise SeqkitError(problem, "Restore it, or begin a run in another folder.")
    if setup.cpu and cpu_class() != setup.cpu:
        problem = f"this processor is {cpu_class()}, the run began on {setup.cpu}: outputs may differ"
        raise SeqkitError(problem, "Add --any-cpu to accept that.")


def peak_memory() -> int:
    """Peak resident memory of this process in bytes; 0 if the system does not report it."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
