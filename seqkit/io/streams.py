"""Reserve standard output for data: all other output goes to standard error.

A plugin may print during its import or while its layer runs, through `sys.stdout` or directly to file descriptor 1.
Either would corrupt data in a pipe.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, TextIO

from seqkit.runtime.signals import exit_when_reader_closes

STDOUT, STDERR = 1, 2
"""File descriptors."""


class _Private:
    """The stream that `stdout_for_data` opened, if any."""

    text: TextIO | None = None


def data_text() -> TextIO:
    """Return the text stream for data: a private one within `stdout_for_data`, else `sys.stdout`."""
    return _Private.text or sys.stdout


def data_stream() -> BinaryIO:
    """Return the binary stream for data. Flush `data_text` before you write bytes after text."""
    return data_text().buffer


def stdout_descriptor() -> int:
    """Return the file descriptor of `data_text`."""
    return STDOUT if _Private.text is None else _Private.text.fileno()


def data_stream_alone() -> BinaryIO:
    """Like `data_stream`, for a command without other outputs: it exits as soon as the reader closes the pipe."""
    with suppress(OSError, ValueError):  # stdout is not a file, as in a notebook
        exit_when_reader_closes(stdout_descriptor())
    return data_stream()


@contextmanager
def stdout_for_data() -> Iterator[None]:
    """A context in which only `data_text` and `data_stream` write to standard output; other output goes to stderr."""
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
    """Open a stream on a duplicate of stdout's file descriptor; None if stdout is not a file (a notebook)."""
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
    """A context in which `sys.stdout` and file descriptor 1 are redirected to standard error.

    Not thread-safe: both belong to the whole process.
    """
    before = sys.stdout
    _flush(before)
    saved = _moved(STDERR, STDOUT)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        _flush(before, sys.stdout)  # Flush buffered output to stderr before stdout is restored.
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
