"""Settings of a process, made once when it starts: a command, a training, a worker."""

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
    """Prepare the process of a command. To be called before torch is imported."""
    end_on_signals()
    limit_spinning()


def start_training(threads: int) -> None:
    """Prepare a process for training with so many threads: steps repeat bit for bit, freed memory is reused."""
    use_threads(threads)
    be_deterministic()
    keep_freed_memory()


@contextmanager
def starting_workers() -> Iterator[None]:
    """Within it, start worker processes: Ctrl-C is not for them, and they import nothing from the current folder.

    Nor do they run the script again that this process runs.
    """
    with current_folder_off_path(), main_not_run_again(), interrupts_blocked():
        yield


def start_worker() -> None:
    """Prepare the process of a worker, where signals cannot be blocked, too."""
    ignore_interrupts()


def start_stream(allocation: Allocation = TAGGING) -> None:
    """Prepare a process for a stream of inputs: freed memory goes back. To be called before a model is loaded."""
    return_freed_memory(allocation)


@contextmanager
def loading_models(allocation: Allocation = TAGGING, *, one_thread: bool = False) -> Iterator[None]:
    """Within it, load the models that a stream of inputs will run through.

    Before, the allocator is set to return memory; after, what was loaded is kept out of garbage collections.
    Args: one_thread, where as many processes as cores compute: more threads would compete with them.
    """
    start_stream(allocation)
    if one_thread:
        use_threads(1)
    yield
    gc.freeze()
