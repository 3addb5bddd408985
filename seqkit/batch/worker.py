"""Worker processes: load the model once, process parts, join outputs. Each part is committed before it is reported."""

from __future__ import annotations

import os
import socket
import sys
import time
from dataclasses import dataclass

from seqkit.batch.engine import CannotStart
from seqkit.batch.errors import PartErrors
from seqkit.batch.failures import is_full
from seqkit.batch.fingerprint import cpu_class
from seqkit.batch.jobs import Job, Join
from seqkit.batch.joining import join
from seqkit.batch.ledger import ERRORS, PARTS, Ledger
from seqkit.batch.part_work import PartWork
from seqkit.batch.store import Row, line_of, open_store
from seqkit.batch.units import Part
from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.tasks.application import ApplyRequest


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
    """Class of the processor on which the run began; "" accepts any class."""
    stop: bool = False
    """Whether the first bad record ends the run."""
    threads: int = 1


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
        self._check_model(self.task.fingerprint(setup.request))
        _check_processor(setup)
        with loading_models(one_thread=setup.threads == 1):
            if setup.threads > 1:
                from seqkit.runtime.threads import use_threads

                use_threads(setup.threads)
            self.model = self.task.load_for(setup.request)
        self._check_model(self._fingerprint())  # it may have been replaced before its files were read

    def _fingerprint(self) -> str:
        """The fingerprint of the model; "" while its files are being replaced."""
        try:
            return str(self.task.fingerprint(self.setup.request))
        except SeqkitError:
            return ""

    def _check_model(self, fingerprint: str) -> None:
        """Raise SeqkitError, which ends the run, unless this is the fingerprint with which the run began."""
        if fingerprint != self.setup.model:
            problem = f"{self.setup.request.model}: the model has changed since the run began"
            raise SeqkitError(problem, "Restore it, or begin a run in another folder.", exit_code=2)

    def _check_writable(self) -> None:
        """Raise SeqkitError, with the name of this machine, if the output folder cannot be written here."""
        probe = f"{PARTS}/probe-{self.name.replace(':', '-')}"
        try:
            self.store.put(probe, b"")
            self.store.delete(probe)
        except Exception as error:  # object stores have exceptions of their own
            fault = error.__cause__ if isinstance(error.__cause__, OSError) else error
            text = getattr(fault, "problem", "") or getattr(fault, "strerror", "") or str(fault)
            reason = (text or type(fault).__name__).splitlines()[0]
            problem = f"{self.setup.root}: cannot be written from {socket.gethostname()} ({reason})"
            raise SeqkitError(problem, "All machines of a run must be able to write to it.") from error

    def __call__(self, job: Job) -> Row:
        """Process a job and return its logged row. A committed job is not repeated.

        Raises CannotStart if this machine cannot write to the output folder any more: a worker that fails at once would
        otherwise take, and lose, most of the jobs.
        """
        try:
            return self._work(job)
        except (OSError, SeqkitError) as error:
            if not is_full(error):
                try:
                    self._check_writable()
                except SeqkitError as fault:
                    raise CannotStart(fault) from error
            raise

    def _work(self, job: Job) -> Row:
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
        """Process a part and commit it: its output, its bad records, then its row."""
        started, errors = time.monotonic(), PartErrors(self.setup.stop)
        with self.store.write(f"{PARTS}/{part.name}") as file:
            work = PartWork(self.task, self.model, self.setup.request, self.setup.format, file, errors)
            work.run(part.pieces)
            self._check_model(self._fingerprint())  # a segmenter is read with the first item
            if errors.rows:
                self._note_errors(part, errors)
        row = self._row(part, work, time.monotonic() - started)
        self.ledger.log(row)
        return row

    def _row(self, part: Part, work: PartWork, seconds: float) -> Row:
        return {
            "unit": part.unit,
            "part": part.number,
            "again": part.again,
            "to": part.end.as_list(),
            "in": part.sha256 or ",".join(work.digests),
            "outs": [[one.out.count, one.out.sha256, one.written] for one in work.outputs],
            "records": work.written,
            "words": work.words,
            "bad": work.errors.skipped,
            "source": part.source,
            "seconds": round(seconds, 3),
            "time": round(time.time(), 1),
            "worker": self.name,
            "memory": peak_memory(),
        }

    def _note_errors(self, part: Part, errors: PartErrors) -> None:
        self.store.put(f"{ERRORS}/{part.name}.jsonl", b"".join(map(line_of, errors.rows)))


def _check_processor(setup: Setup) -> None:
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
