"""Run a batch: submit parts, join complete units, and log what is done."""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePosixPath
from typing import Any, Protocol

from seqkit.batch.engine import CannotStart, Done, Engine, EngineRequest
from seqkit.batch.folder import Inputs, open_run
from seqkit.batch.jobs import Job, Join
from seqkit.batch.ledger import ALL_ERRORS, ERRORS, FOLDER, PARTS, SUCCESS, Ledger, Totals
from seqkit.batch.planning import Planner
from seqkit.batch.request import BatchRequest, Resolved, resolve
from seqkit.batch.store import Store, open_store, refuse_file
from seqkit.batch.units import Part, Unit, owner
from seqkit.batch.worker import Setup
from seqkit.data.items import library_missing
from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.io.atomic import FULL
from seqkit.io.remote import is_remote

PATIENCE = 0.2
"""Seconds that the driver waits for a job before it updates the progress."""


class Watcher(Protocol):
    """Receives the progress of a run."""

    def begin(self, run: Run) -> None:
        """Called before the first job."""

    def tick(self, run: Run) -> None:
        """Called regularly during the run."""

    def note(self, message: str) -> None:
        """Called with a message for the user."""

    def end(self, run: Run) -> None:
        """Called after the last job."""


@dataclass(frozen=True)
class Summary:
    """The result of one call of the command."""

    finished: bool
    """Whether all outputs of the run are written."""
    totals: Totals
    """Totals of all committed parts, of all processes."""
    failed: tuple[str, ...] = ()
    """Descriptions of failures."""

    def _repr_html_(self) -> str:
        """The summary as HTML for notebooks."""
        state = "finished" if self.finished else "not finished"
        text = (
            f"{state}: {self.totals.records:,} records, {self.totals.words:,} words, {self.totals.bad:,} bad"
        )
        return "".join(f"<p>{escape(line)}</p>" for line in (text, *self.failed))

    @property
    def exit_code(self) -> int:
        """0: all is done; 3: all but bad records is done; 1: something failed."""
        return 1 if self.failed else 3 if self.totals.bad else 0


@dataclass
class WorkerFacts:
    """The work of one worker process in this call."""

    words: int = 0
    seconds: float = 0.0
    memory: int = 0
    """Its peak resident memory, in bytes."""

    def add(self, row: dict[str, Any]) -> None:
        """Count a part."""
        self.words += row["words"]
        self.seconds += row["seconds"]
        self.memory = max(self.memory, row["memory"])

    @property
    def rate(self) -> float:
        """Words per second of working time."""
        return self.words / max(self.seconds, 1e-6)


@dataclass
class Run:
    """The state of a running call."""

    resolved: Resolved
    store: Store
    ledger: Ledger
    inputs: Inputs
    setup: Setup
    engine: Engine
    watcher: Watcher
    done: Totals = field(default_factory=Totals)
    """Totals of the parts that this call has done."""
    workers: dict[str, WorkerFacts] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    failed_units: set[int] = field(default_factory=set)
    joins: deque[Job] = field(default_factory=deque)
    again: deque[Job] = field(default_factory=deque)
    joining: set[int] = field(default_factory=set)
    running: dict[int, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number, shards = self.resolved.request.shard
        mine = lambda unit, part: owner(unit, part, shards) == number - 1  # noqa: E731
        self._planner = Planner(self.inputs.files, self.ledger, self.resolved.limits, mine)
        self._parts = self._new_parts()
        self._shards, self._shard = shards, number - 1

    def work(self) -> None:
        """Do all work of this shard."""
        self._offer_all()
        while True:
            self._fill()
            if not self.engine.running:
                break
            for done in self.engine.finished(PATIENCE):
                self._take(done)
            self.watcher.tick(self)

    def _fill(self) -> None:
        while self.engine.has_room():
            job = self._next()
            if job is None:
                return
            self.engine.submit(job)

    def _next(self) -> Job | None:
        """The next job: first outputs to join, then repeated jobs, then new parts."""
        if self.joins:
            return self.joins.popleft()
        if self.again:
            return self.again.popleft()
        part = next(self._parts, None)
        return None if part is None else Job(part)

    def _order(self) -> list[Unit]:
        """The order of units: each shard begins elsewhere, so that they do not all divide the same file at once."""
        first = [unit for unit in self.inputs.units if unit.number % self._shards == self._shard]
        return first + [unit for unit in self.inputs.units if unit.number % self._shards != self._shard]

    def _new_parts(self) -> Iterator[Part]:
        for unit in self._order():
            if self._is_of_others(unit):
                continue
            try:
                yield from self._planner.parts(unit)
            except SeqkitError as error:
                self._fail_unit(unit.number, error)
            self._offer(unit.number)

    def _is_of_others(self, unit: Unit) -> bool:
        """Whether a unit of one part belongs to another shard."""
        return unit.is_one_part and owner(unit.number, 0, self._shards) != self._shard

    def _fail_unit(self, unit: int, error: SeqkitError) -> None:
        if self.setup.stop:
            raise error
        if library_missing(error):
            raise error
        self.failed_units.add(unit)
        reason = f"{error.problem}. {error.fix}".rstrip()
        self.failed.append(reason)
        self.watcher.note(reason)

    def _offer_all(self) -> None:
        for unit in self.inputs.units:
            self._offer(unit.number)

    def _offer(self, number: int) -> None:
        """Queue a unit for joining if all its parts are done."""
        state = self.ledger.unit(number)
        if not state.complete or state.joined or number in self.joining or number in self.failed_units:
            return
        unit = self.inputs.units[number]
        rows = tuple(state.parts[part] for part in range(len(state.parts)))
        targets = tuple(self.inputs.targets[file] for file in unit.files)
        self.joining.add(number)
        self.joins.append(Job(Join(number, rows, targets, unit.cuts != "blocks", state.again)))

    def _take(self, done: Done) -> None:
        work = done.job.work
        if done.row is not None:
            self.ledger.know(done.row)
            if isinstance(work, Part):
                self.done.add(done.row)
                self.workers.setdefault(done.row["worker"], WorkerFacts()).add(done.row)
                self._after_part(work)
            return
        if isinstance(work, Join):
            self.joining.discard(work.unit)
        if self._is_done_by_others(done):
            return
        if done.died and done.job.attempt < self.resolved.request.retries:
            self.watcher.note(f"a worker died at {self._called(done.job)}; it is repeated")
            self.again.append(Job(work, done.job.attempt + 1))
            return
        self._fail(done)

    def _after_part(self, part: Part) -> None:
        if self._shards > 1 and len(self.ledger.unit(part.unit).parts) % 16 == 0:
            self.ledger.refresh()
        self._offer(part.unit)

    def _is_done_by_others(self, done: Done) -> bool:
        """Whether the logs contain a job that failed here: a worker may die after it has committed the job."""
        self.ledger.refresh()
        work = done.job.work
        state = self.ledger.unit(work.unit)
        if isinstance(work, Join):
            return state.joined is not None
        if work.number in state.parts or state.joined:
            self._after_part(work)
            return True
        return False

    def _fail(self, done: Done) -> None:
        error = done.error
        if isinstance(error, CannotStart):
            raise error.fault or SeqkitError("a worker could not be started")
        if isinstance(error, OSError) and error.errno in FULL:
            raise error
        if isinstance(error, SeqkitError):
            if self.setup.stop or error.exit_code == 2 or is_full(error) or library_missing(error):
                raise error
            reason = f"{error.problem}. {error.fix}".rstrip()
        elif done.died:
            reason = f"{self._called(done.job)}: {1 + done.job.attempt} workers died with it"
        else:
            reason = f"{self._called(done.job)}: {type(error).__name__}: {error}"
        self.failed_units.add(done.job.work.unit)
        self.failed.append(reason)
        self.watcher.note(reason)

    def _called(self, job: Job) -> str:
        """A description of a job for messages."""
        unit = self.inputs.units[job.work.unit]
        path = self.inputs.files[unit.files[0]].path
        more = f" and {len(unit.files) - 1} more files" if len(unit.files) > 1 else ""
        if isinstance(job.work, Join):
            return f"the outputs for {path}{more}"
        at = f", line {job.work.pieces[0].start.line}" if job.work.pieces[0].data is not None else ""
        return f"{path}{more}{at}"

    def finish(self) -> Summary:
        """Join the remaining units, write errors.jsonl, and _SUCCESS if all outputs of the run are written."""
        self.ledger.refresh()
        self._offer_all()
        self.work()
        self.ledger.refresh()
        totals = self.ledger.totals()
        write_errors(self.store)
        whole = all(self.ledger.unit(unit.number).joined for unit in self.inputs.units)
        if whole and not self.failed:
            _check_model(self.resolved, self.setup)
            folders = {str(PurePosixPath(target.name).parent) for target in self.inputs.targets}
            self.store.clean({*folders, "."}, PARTS)
            write_success(self.store, self.ledger, self.inputs, totals)
        return Summary(whole, totals, tuple(self.failed))


def is_full(error: SeqkitError) -> bool:
    """Whether an error is due to a full disk, which would affect the next part, too."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in FULL


def _check_model(resolved: Resolved, setup: Setup) -> None:
    """Raise SeqkitError if the model has changed since the run began."""
    if resolved.task.fingerprint(resolved.apply) != setup.model:
        problem = f"{resolved.apply.model}: the model was changed during the run"
        raise SeqkitError(problem, "Restore it and run again, or begin a run in another folder.")


def write_errors(store: Store) -> None:
    """Write errors.jsonl: the bad records of all parts, in the order of the inputs."""
    names = store.names(ERRORS)
    if names:
        with store.write(ALL_ERRORS) as file:
            for name in names:
                file.write(store.read(f"{ERRORS}/{name}") or b"")


def write_success(store: Store, ledger: Ledger, inputs: Inputs, totals: Totals) -> None:
    """Write _SUCCESS, with totals that depend only on inputs and options."""
    digest, outputs = hashlib.sha256(), 0
    for unit in inputs.units:
        joined = ledger.unit(unit.number).joined or {}
        for name, _, sha256 in joined.get("files", ()):
            digest.update(f"{sha256}  {name}\n".encode("utf-8", "surrogateescape"))
            outputs += 1
    content: dict[str, Any] = {"inputs": len(inputs.files), "outputs": outputs}
    content |= {name: getattr(totals, name) for name in ("parts", "records", "words", "bad")}
    store.put(SUCCESS, (json.dumps({**content, "sha256": digest.hexdigest()}) + "\n").encode())


def run_batch(request: BatchRequest, watcher: Watcher) -> Summary:
    """Do the work of a batch, or of one shard, that is not done yet. Raises SeqkitError if it cannot begin."""
    refuse_file(request.out)
    resolved = resolve(request)
    store = open_store(absolute(request.out))
    try:
        return _run_in(store, resolved, watcher)
    finally:
        store.close()


def absolute(out: str) -> str:
    """The output folder as an absolute path or URL."""
    return out.rstrip("/") if is_remote(out) else os.path.abspath(out)


def _run_in(store: Store, resolved: Resolved, watcher: Watcher) -> Summary:
    request = resolved.request
    run, inputs = open_run(resolved, store)
    shard, shards = request.shard
    if not store.lock(f"{FOLDER}/lock-{shard}-{shards}"):
        fix = "Wait for it, or divide the work: --shard 1/2 and --shard 2/2."
        raise SeqkitError(f"{request.out}: another process works on this run", fix, exit_code=2)
    ledger = Ledger(store)
    ledger.refresh()
    check_outputs(store, ledger, inputs, watcher)
    setup = _setup(resolved, run)
    options = EngineRequest(request.processes, request.threads, request.retries, request.engine_options)
    made = load(registry().find("engines", request.engine).engine)(setup, options)
    with made as engine:
        state = Run(resolved, store, ledger, inputs, setup, engine, watcher)
        watcher.begin(state)
        try:
            state.work()
            return state.finish()
        finally:
            watcher.end(state)


def _setup(resolved: Resolved, run: dict[str, Any]) -> Setup:
    """The setup of the workers."""
    request = resolved.request
    return Setup(
        absolute(request.out),
        resolved.spec.name,
        resolved.apply,
        resolved.format.name,
        run["model_sha256"],
        "" if request.any_cpu else run["cpu"],
        request.stop_on_error,
        request.threads,
    )


def check_outputs(store: Store, ledger: Ledger, inputs: Inputs, watcher: Watcher) -> None:
    """Queue missing outputs to be made again. Raises SeqkitError for an output that was changed."""
    for unit in inputs.units:
        state = ledger.unit(unit.number)
        if state.joined is None:
            continue
        for name, size, _ in state.joined["files"]:
            found = store.size(name)
            if found is None:
                watcher.note(f"{store.root}/{name}: is missing, and is made again")
                ledger.log({"unit": unit.number, "again": state.again + 1, "lost": name})
                break
            if found != size:
                problem = (
                    f"{store.root}/{name}: was changed after it was written ({found:,} bytes, not {size:,})"
                )
                raise SeqkitError(problem, "Delete it to have it made again, or move it elsewhere.")
