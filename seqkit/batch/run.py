"""Run a batch, or one shard of it: open its folder, start its engine, process the remaining parts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from seqkit.batch.driver import Run
from seqkit.batch.engine import EngineRequest
from seqkit.batch.folder import open_run
from seqkit.batch.ledger import FOLDER, Ledger
from seqkit.batch.outputs import check_outputs
from seqkit.batch.request import BatchRequest, Resolved, resolve
from seqkit.batch.results import Summary
from seqkit.batch.store import Store, open_store, refuse_file
from seqkit.batch.watching import Watcher
from seqkit.batch.worker import Setup
from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.io.remote import is_remote


def run_batch(request: BatchRequest, watcher: Watcher) -> Summary:
    """Process the remaining parts of a batch, or of one shard. Raises SeqkitError if the run cannot start."""
    refuse_file(request.out)
    resolved = resolve(request)
    store = open_store(absolute(request.out))
    try:
        return _run_in(store, resolved, watcher)
    finally:
        store.close()


def _left_out(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
    return f"left out, because no format has the suffix or it is no file: {paths[0]}{more}"


def absolute(out: str) -> str:
    """Return the output folder as an absolute path or URL."""
    return out.rstrip("/") if is_remote(out) else os.path.abspath(out)


def _run_in(store: Store, resolved: Resolved, watcher: Watcher) -> Summary:
    request = resolved.request
    run, inputs = open_run(resolved, store)
    shard, shards = request.shard
    if not store.lock(f"{FOLDER}/lock-{shard}-{shards}"):
        fix = "Wait until it ends, or divide the work: --shard 1/2 and --shard 2/2."
        raise SeqkitError(f"{request.out}: in use by another process", fix, exit_code=2)
    ledger = Ledger(store)
    ledger.refresh()
    check_outputs(store, ledger, inputs, watcher)
    if resolved.skipped:
        watcher.note(_left_out(resolved.skipped))
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
