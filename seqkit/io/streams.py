"""Reserve standard output for data: all other output goes to standard error.

A plugin may print while it is imported or while its layer runs, through `sys.stdout` or straight to file descriptor 1.
Either would corrupt data that is written to a pipe.
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
    """As `data_stream`, for a command without other outputs: exit as soon as the reader of the pipe goes away."""
    with suppress(OSError, ValueError):  # stdout is not a file, as in a notebook
        leave_with_the_reader(stdout_descriptor())
    return data_stream()


@contextmanager
def stdout_for_data() -> Iterator[None]:
    """Reserve standard output for `data_text` and `data_stream`; send everything else that is printed to stderr."""
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
    """A stream on a duplicate of stdout's file descriptor; None if stdout is not a file (a notebook)."""
    stdout = sys.stdout
    try:
        stdout.flush()
        copy = os.dup(stdout.fileno())
    except (OSError, ValueError):
        return None
    return io.TextIOWrapper(os.fdopen(copy, "wb"), encoding=stdout.encoding, errors=stdout.errors)


def _close(private: TextIO | None) -> None:
    """Flush and close. Raises OSError if that fails."""
    if private is not None:
        private.close()


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Redirect `sys.stdout` and file descriptor 1 to standard error.

    Not thread-safe: both belong to the whole process.
    """
    before = sys.stdout
    _flush(before)
    saved = _moved(STDERR, STDOUT)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        _flush(before, sys.stdout)  # Output through `sys.__stdout__` goes to stderr, too.
        sys.stdout = before
        _put_back(saved, STDOUT)


def _flush(*streams: TextIO | None) -> None:
    for stream in streams:
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()


def _moved(source: int, target: int) -> int | None:
    """Duplicate `source` onto `target` (os.devnull if `source` is closed). Returns a copy of the old `target`."""
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
