"""Standard output for data alone: what anything else prints goes to standard error.

A plugin may print while it is imported or while its layer runs, through `sys.stdout` or straight to file descriptor 1.
Either would corrupt tags or translations that are written to a pipe.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, TextIO

from seqkit.runtime.signals import leave_with_the_reader

STDOUT, STDERR = 1, 2
"""File descriptors."""


class _Private:
    """The stream that `stdout_for_data` has opened, if any."""

    text: TextIO | None = None


def data_text() -> TextIO:
    """The stream for data as text: a private one within `stdout_for_data`, else `sys.stdout`."""
    return _Private.text or sys.stdout


def data_stream() -> BinaryIO:
    """The stream for data as bytes. Flush `data_text` before you write bytes after text."""
    return data_text().buffer


def stdout_descriptor() -> int:
    """The file descriptor of `data_text`."""
    return STDOUT if _Private.text is None else _Private.text.fileno()


def data_stream_alone() -> BinaryIO:
    """As `data_stream`, for a command that writes nowhere else: it ends as soon as the reader of the pipe goes away."""
    with suppress(OSError, ValueError):  # of a stream that is no file, as in a notebook
        leave_with_the_reader(stdout_descriptor())
    return data_stream()


@contextmanager
def stdout_for_data() -> Iterator[None]:
    """Keep standard output for `data_text` and `data_stream`; everything else that is printed goes to stderr."""
    private, before = _private_stdout(), _Private.text
    _Private.text = private or sys.stdout
    try:
        with stdout_to_stderr():
            yield
    except BaseException:
        with suppress(OSError):
            _close(private)
        raise
    else:
        _close(private)
    finally:
        _Private.text = before


def _private_stdout() -> TextIO | None:
    """A second way to where `sys.stdout` leads; None where that is no file (a notebook)."""
    stdout = sys.stdout
    try:
        stdout.flush()
        copy = os.dup(stdout.fileno())
    except (OSError, ValueError):
        return None
    return io.TextIOWrapper(os.fdopen(copy, "wb"), encoding=stdout.encoding, errors=stdout.errors)


def _close(private: TextIO | None) -> None:
    """Write what is left. Raises OSError where that cannot be written."""
    if private is not None:
        private.close()


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Send what is written to `sys.stdout` or file descriptor 1 to standard error.

    Not thread-safe: both belong to the whole process.
    """
    before = sys.stdout
    _flush(before)
    saved = _moved(STDERR, STDOUT)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        _flush(before, sys.stdout)  # What was printed by way of `sys.__stdout__` goes to stderr, too.
        sys.stdout = before
        _put_back(saved, STDOUT)


def _flush(*streams: TextIO | None) -> None:
    for stream in streams:
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()


def _moved(source: int, target: int) -> int | None:
    """Let `target` lead where `source` leads (nowhere, if that is closed). Returns a copy of what it was."""
    saved = None
    with suppress(OSError):
        saved = os.dup(target)
    try:
        os.dup2(source, target)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != target:
            os.dup2(nowhere, target)
            os.close(nowhere)
    return saved


def _put_back(saved: int | None, target: int) -> None:
    if saved is None:
        os.close(target)
    else:
        os.dup2(saved, target)
        os.close(saved)
