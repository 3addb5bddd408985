"""Limits on input files: a small file may decompress to an unbounded file, or to one unbounded line.

They apply to the files that are opened in a context (`limited`). The defaults are far above the needs of a corpus. The
environment variable SEQKIT_LIMITS changes the defaults, also in worker processes: `line=64MB,depth=20`.
"""

from __future__ import annotations

import dataclasses
import math
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from seqkit.errors import SeqkitError, did_you_mean

VARIABLE = "SEQKIT_LIMITS"
OPTION = "--limit"
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)([kMGT]?)B?")
GRACE = 1 << 26
"""Decompressed bytes up to which the ratio is not checked."""
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)

Record = TypeVar("Record")


@dataclass(frozen=True)
class ReadLimits:
    """Maximum values that readers of files accept. Sizes are in bytes, decompressed."""

    line: int = 1 << 24
    """Bytes of a line. A longer line is a bad record."""
    record: int = 1 << 24
    """Bytes of a record of several lines, such as a sentence in CoNLL-U or TSV. A longer one is a bad record."""
    words: int = 100_000
    """Words of a sentence. A longer sentence is a bad record."""
    depth: int = 100
    """Nesting levels of objects and lists in JSON."""
    ratio: float = 100.0
    """Decompressed bytes per byte of a compressed file, checked beyond 64 MiB of decompressed bytes."""
    whole: int = 1 << 29
    """Bytes of a file that is read as a whole, such as a DocBin or a JSON file of a model folder."""
    bytes: float = math.inf
    """Bytes of a file."""
    records: float = math.inf
    """Records (sentences, texts, lines, pairs) of a file."""
    seconds: float = math.inf
    """Seconds from the start of the context, or of the process, until the last read."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a limit that is not a positive number."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise SeqkitError(f"limit {field.name}: not a number above 0", "", exit_code=2)


class _Active:
    """The limits of a context, and the deadline of its seconds on the monotonic clock."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits, self.deadline = limits, time.monotonic() + limits.seconds


_ACTIVE: ContextVar[_Active | None] = ContextVar("seqkit_read_limits", default=None)


@contextmanager
def limited(limits: ReadLimits) -> Iterator[None]:
    """A context in which readers enforce `limits`. The seconds count from its start."""
    token = _ACTIVE.set(_Active(limits))
    try:
        yield
    finally:
        _ACTIVE.reset(token)


def current_limits() -> ReadLimits:
    """Return the limits of the current context, else those of the process."""
    return _current().limits


def _current() -> _Active:
    return _ACTIVE.get() or _of_process(os.environ.get("SEQKIT_LIMITS", ""))


@lru_cache(maxsize=8)
def _of_process(text: str) -> _Active:
    return _Active(parse_limits(text.split(",") if text else [], VARIABLE))


def parse_limits(settings: Sequence[str], source: str = OPTION) -> ReadLimits:
    """Parse limits such as `["line=64MB", "depth=20"]`.

    Args: source, option or environment variable with the settings, for the message. Raises SeqkitError for an unknown
    name, and for a value that is not a number or size.
    """
    kinds = {field.name: field.type for field in dataclasses.fields(ReadLimits)}
    values: dict[str, int | float] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name, size = name.strip(), SIZE.fullmatch(text.strip())
        if name not in kinds:
            raise SeqkitError(
                f"{source} {setting[:80]}: unknown limit", did_you_mean(name, kinds), exit_code=2
            )
        if not equals or not size:
            fix = f"Write {name}=64MB or {name}=100."
            raise SeqkitError(f"{source} {setting[:80]}: not a number or size", fix, exit_code=2)
        number = float(size[1]) * UNITS[size[2]]
        values[name] = int(number) if kinds[name] == "int" else number
    return ReadLimits(**values)  # type: ignore[arg-type]


def how_to_raise(name: str) -> str:
    """Return the fix of an error about an exceeded limit."""
    return f"If you trust the file, raise the limit: {OPTION} {name}=…"


def too_long(name: str, what: str) -> str:
    """Return the problem of an error about an exceeded limit of bytes. Args: what, the record or line."""
    return f"{what} of more than {getattr(current_limits(), name):,} bytes"


def check_time(path: object) -> None:
    """Raise SeqkitError if the deadline has passed."""
    active = _current()
    if time.monotonic() > active.deadline:
        problem = f"{path}: not read within {active.limits.seconds:g} s"
        raise SeqkitError(problem, how_to_raise("seconds"))


def check_bytes(path: object, count: float, name: str = "bytes") -> None:
    """Raise SeqkitError if a file has more bytes than the limit `name`."""
    most = getattr(current_limits(), name)
    if count > most:
        raise SeqkitError(f"{path}: more than {most:,} bytes", how_to_raise(name))


def check_file(path: str | os.PathLike[str]) -> None:
    """Raise SeqkitError if a file has too many bytes, or the deadline has passed. For files that libraries read."""
    check_time(path)
    check_bytes(path, os.path.getsize(path))


def check_ratio(path: object, packed: int, unpacked: int) -> None:
    """Raise SeqkitError if a compressed file expands too much. Args: packed, unpacked, bytes read and decompressed."""
    ratio = current_limits().ratio
    if unpacked > GRACE and unpacked > ratio * max(packed, 1):
        problem = f"{path}: expands to more than {ratio:g} times its compressed size"
        raise SeqkitError(problem, how_to_raise("ratio"))


def is_deep(text: str) -> bool:
    """Whether JSON has more levels than the limit. The text need not be valid."""
    most, depth = current_limits().depth, 0
    if text.count("[") + text.count("{") <= most:
        return False
    for found in BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > most:
            return True
    return False


def within_records(path: object, records: Iterable[Record]) -> Iterator[Record]:
    """Yield the records of a file. Raises SeqkitError if there are more than the limit."""
    most = current_limits().records
    for number, record in enumerate(records, start=1):
        if number > most:
            raise SeqkitError(f"{path}: more than {most:,} records", how_to_raise("records"))
        yield record


def as_variable(limits: ReadLimits) -> str:
    """Return the value of the environment variable for these limits."""
    defaults: Mapping[str, object] = dataclasses.asdict(ReadLimits())
    changed = {name: value for name, value in dataclasses.asdict(limits).items() if value != defaults[name]}
    return ",".join(f"{name}={value}" for name, value in changed.items())
