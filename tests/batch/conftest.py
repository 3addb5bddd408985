"""An engine that works in this process, from a plugin, so that tests of the driver start no other process."""

import json

import pytest

INLINE = '''
"""Jobs are done in this process, one at a time; a fault can be asked for."""

from collections import deque
from dataclasses import dataclass

from seqkit import EngineSpec, hookimpl
from seqkit.batch.engine import Done, Engine
from seqkit.batch.worker import Worker

WORKERS = {}


@dataclass(frozen=True)
class InlineOptions:
    """How workers misbehave."""

    dies_at: int = 0
    """The worker dies with this job, from 1, once."""
    stops_at: int = 0
    """The driver is interrupted at this job, from 1."""


class InlineEngine(Engine):
    """No other process."""

    def __init__(self, setup, request):
        super().__init__(setup, request)
        key = (setup.root, setup.request, setup.format)
        self._worker = WORKERS.get(setup.request) or Worker(setup)
        WORKERS.clear()
        WORKERS[setup.request] = self._worker
        fresh = object.__new__(Worker)
        fresh.__dict__ |= self._worker.__dict__
        from seqkit.batch.ledger import Ledger
        from seqkit.batch.store import open_store
        fresh.setup, fresh.store = setup, open_store(setup.root)
        fresh.ledger = Ledger(fresh.store)
        self._worker = fresh
        self._jobs, self._count = deque(), 0

    def has_room(self):
        return len(self._jobs) < 2

    def submit(self, job):
        self._jobs.append(job)

    def finished(self, seconds):
        job = self._jobs.popleft()
        self._count += 1
        if self._count == self.request.options.stops_at:
            raise KeyboardInterrupt
        if self._count == self.request.options.dies_at:
            return [Done(job, None, died=True)]
        try:
            return [Done(job, self._worker(job))]
        except Exception as error:
            return [Done(job, None, error)]

    @property
    def running(self):
        return len(self._jobs)

    def close(self):
        self._jobs.clear()


@hookimpl
def seqkit_engines():
    yield EngineSpec("inline", engine="inline_plugin:InlineEngine", options=InlineOptions)
'''


@pytest.fixture
def batch(install_plugin, seqkit):
    """Run `seqkit batch …` with the engine `inline`."""
    install_plugin("inline", INLINE)

    def run(verb, *arguments):
        engine = () if verb in ("status", "verify") else ("--engine", "inline")
        return seqkit("batch", verb, *arguments, *engine)

    return run


@pytest.fixture
def rows_of():
    """A function that gives the rows of a .jsonl file."""
    return lambda path: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def shout(batch, install_plugin):
    """The task `shout`, which has no model, beside the engine `inline`."""
    from test_batch_faults import SHOUT

    install_plugin("shout", SHOUT)
