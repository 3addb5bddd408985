"""Let the Nth write, fsync or rename below a folder fail, as SQLite's tests do, and check the remaining files.

The functions of `os` and the files that Python opens are wrapped for a run in this process. A short write takes half of
the bytes: Python must write the rest.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

KINDS = ("ENOSPC", "EIO", "EACCES", "EINTR", "short")
CALLS = ("fsync", "replace", "rename", "link", "chmod", "mkdir", "open", "write")
"""Functions of `os` that may fail."""


@dataclass
class Fault:
    """Number of the operation that fails, from 1; 0: none fails, and operations are only counted."""

    number: int = 0
    kind: str = "EIO"
    count: int = 0
    """Operations so far."""
    names: list[str] = field(default_factory=list)
    """Name of each operation."""
    happened: bool = False

    def next(self, name: str, path: Any = None) -> bool:
        """Count an operation. Returns whether to shorten it. Raises OSError if it must fail.

        Args: path, the file that the operation names, for the exception.
        """
        self.count += 1
        self.names.append(name)
        if self.count != self.number:
            return False
        self.happened = True
        if self.kind == "short":
            return True
        number = getattr(errno, self.kind)
        named = () if path is None or isinstance(path, int) else (os.fspath(path),)
        raise OSError(number, os.strerror(number), *named)


@contextmanager
def injected(folder: Path, fault: Fault) -> Iterator[Fault]:
    """Count write operations on files below `folder` within the context, and let one of them fail."""
    root, real = str(folder), {name: getattr(os, name) for name in CALLS}
    before, descriptors = builtins.open, set[int]()

    def below(value: Any) -> bool:
        if isinstance(value, int):
            return value in descriptors
        try:
            return os.path.abspath(os.fspath(value)).startswith(root)
        except (TypeError, ValueError):
            return False

    def wrapped(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if name == "open" and not _writes(arguments):
                found = real[name](*arguments, **named)
                if below(arguments[0]):
                    descriptors.add(found)
                return found
            if below(arguments[0]) or (len(arguments) > 1 and below(arguments[1])):
                short = fault.next(name, arguments[0])
                if name == "write" and short:
                    return real[name](arguments[0], arguments[1][: max(1, len(arguments[1]) // 2)])
            found = real[name](*arguments, **named)
            if name == "open" and below(arguments[0]):
                descriptors.add(found)
            return found

        return call

    class Raw(io.FileIO):
        def write(self, data: Any) -> int:
            if fault.next("write"):
                return super().write(memoryview(data)[: max(1, len(data) // 2)])
            return super().write(data)

    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if isinstance(file, int) or not below(file) or not set(mode) & set("wxa+") or named.get("opener"):
            return before(file, mode, *arguments, **named)
        fault.next("open", file)
        raw = Raw(file, mode.replace("b", "").replace("t", ""))
        descriptors.add(raw.fileno())
        if named.get("buffering") == 0:
            return raw
        buffered = io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding=named.get("encoding"))

    for name in CALLS:
        setattr(os, name, wrapped(name))
    builtins.open = io.open = cast(Any, opened)
    try:
        yield fault
    finally:
        builtins.open = io.open = before
        for name in CALLS:
            setattr(os, name, real[name])


def _writes(arguments: tuple[Any, ...]) -> bool:
    """Whether `os.open` opens a file for writing."""
    flags = arguments[1] if len(arguments) > 1 else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
