"""Set up a process once at its start: a command, a training, a worker."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from seqkit.runtime.allocator import TAGGING, Allocation, keep_freed_memory, return_freed_memory
from seqkit.runtime.main_module import main_not_run_again
from seqkit.runtime.search_path import current_folder_off_path
from seqkit.runtime.signals import end_on_signals, ignore_interrupts, interrupts_blocked
from seqkit.runtime.threads import be_deterministic, limit_spinning, use_threads


def start_command() -> None:
    """Prepare the process of a command. Call it before torch is imported."""
    end_on_signals()
    limit_spinning()


def start_training(threads: int) -> None:
    """Prepare a process for training with `threads` threads: deterministic operations, reuse of freed memory."""
    use_threads(threads)
    be_deterministic()
    keep_freed_memory()


@contextmanager
def starting_workers() -> Iterator[None]:
    """A context in which to start worker processes.

    They ignore Ctrl-C, import nothing from the current folder, and do not run this process's script again.
    """
    with current_folder_off_path(), main_not_run_again(), interrupts_blocked():
        yield


def start_worker() -> None:
    """Prepare a worker process, also on systems where signals cannot be blocked."""
    ignore_interrupts()


def start_stream(allocation: Allocation = TAGGING) -> None:
    """Prepare a process for a stream of inputs: return freed memory. Call it before a model is loaded."""
    return_freed_memory(allocation)


@contextmanager
def loading_models(allocation: Allocation = TAGGING, *, one_thread: bool = False) -> Iterator[None]:
    """A context in which to load the models that process a stream of inputs.

    On entry it sets the allocator to return memory; on exit it excludes loaded objects from garbage collection.
    Args: one_thread, let torch compute with one thread, for a machine with one process per core.
    """
    start_stream(allocation)
    if one_thread:
        use_threads(1)
    yield
    gc.freeze()
