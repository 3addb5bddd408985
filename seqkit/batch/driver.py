"""The driver of a run: submit parts, join complete units, retry jobs whose worker died."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from seqkit.batch.engine import CannotStart, Done, Engine
from seqkit.batch.failures import called, ends_run, reason
from seqkit.batch.folder import Inputs
from seqkit.batch.jobs import Job, Join
from seqkit.batch.ledger import ERRORS, FOLDER, PARTS, RUNNING, Ledger, Totals
from seqkit.batch.planning import Planner
from seqkit.batch.request import Resolved
from seqkit.batch.results import Summary, write_errors, write_success
from seqkit.batch.store import Store
from seqkit.batch.units import Part, Unit, owner
from seqkit.batch.watching import Watcher, WorkerFacts
from seqkit.batch.worker import Setup
from seqkit.data.items import library_missing
from seqkit.errors import SeqkitError

PATIENCE = 0.2
"""Maximum seconds to wait for a job between two updates of the progress."""


@dataclass
class Run:
    """The state of one call of `seqkit batch`."""

    resolved: Resolved
    store: Store
    ledger: Ledger
    inputs: Inputs
    setup: Setup
    engine: Engine
    watcher: Watcher
    done: Totals = field(default_factory=Totals)
    """Totals of the parts that this call has processed."""
    workers: dict[str, WorkerFacts] = field(default_factory=dict)
    """Name of a worker -> its work."""
    failed: list[str] = field(default_factory=list)
    """Descriptions of failures."""
    failed_units: set[int] = field(default_factory=set)
    joins: deque[Job] = field(default_factory=deque)
    """Units to join."""
    again: deque[Job] = field(default_factory=deque)
    """Jobs to retry."""
    joining: set[int] = field(default_factory=set)
    """Units that are queued for joining, or are being joined."""
    running: dict[int, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number, shards = self.resolved.request.shard
        mine = lambda unit, part: owner(unit, part, shards) == number - 1  # noqa: E731
        self._planner = Planner(self.inputs.files, self.ledger, self.resolved.limits, mine)
        self._parts = self._new_parts()
        self._shards, self._shard = shards, number - 1

    def work(self) -> None:
        """Process all work of this shard."""
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
        """The next job: first outputs to join, then retries, then new parts."""
        if self.joins:
            return self.joins.popleft()
        if self.again:
            return self.again.popleft()
        part = next(self._parts, None)
        return None if part is None else Job(part)

    def _order(self) -> list[Unit]:
        """The units, this shard's share first, so that shards do not all divide the same file at once."""
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
        if self.setup.stop or library_missing(error):
            raise error
        self._failed(unit, reason(error))

    def _failed(self, unit: int, text: str) -> None:
        self.failed_units.add(unit)
        self.failed.append(text)
        self.watcher.note(text)

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
            self.watcher.note(f"a worker died at {called(done.job, self.inputs)}; retrying")
            self.again.append(Job(work, done.job.attempt + 1))
            return
        self._fail(done)

    def _after_part(self, part: Part) -> None:
        if self._shards > 1 and len(self.ledger.unit(part.unit).parts) % 16 == 0:
            self.ledger.refresh()
        self._offer(part.unit)

    def _is_done_by_others(self, done: Done) -> bool:
        """Whether the logs contain a job that failed here: a worker may die after committing it."""
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
        if error is not None and ends_run(error, self.setup.stop):
            raise error
        if isinstance(error, SeqkitError):
            text = reason(error)
        elif done.died:
            text = f"{called(done.job, self.inputs)}: {1 + done.job.attempt} workers died while processing it"
        else:
            text = f"{called(done.job, self.inputs)}: {type(error).__name__}: {error}"
        self._failed(done.job.work.unit, text)

    def finish(self) -> Summary:
        """Join the remaining units, and write errors.jsonl and, if all outputs of the run are written, _SUCCESS."""
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
            self.store.clean({*folders, ".", FOLDER, ERRORS}, PARTS)
            for name in self.store.names(RUNNING):  # of processes that were killed or failed
                self.store.delete(f"{RUNNING}/{name}")
            write_success(self.store, self.ledger, self.inputs, totals)
        return Summary(whole, totals, tuple(self.failed))


def _check_model(resolved: Resolved, setup: Setup) -> None:
    """Raise SeqkitError if the model has changed since the run began."""
    if resolved.task.fingerprint(resolved.apply) != setup.model:
        problem = f"{resolved.apply.model}: the model was changed during the run"
        raise SeqkitError(problem, "Restore it and run again, or begin a run in another folder.")
