"""What a check is, what it is given, and what comes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from seqkit.errors import MissingPackageError
from seqkit.extend.manager import load, registry
from seqkit.extend.registry import Registered

Made = TypeVar("Made")


class Skipped(Exception):
    """A check does not apply to a record; the message says why."""


NOT_APPLICABLE = (Skipped, MissingPackageError)
"""What a check raises that does not apply, or that needs an optional package which is not installed."""


class CheckFailed(AssertionError):
    """A record breaks what a check asks for; the message says how."""


def expect(condition: object, message: str) -> None:
    """Raise CheckFailed with the message unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


@dataclass
class Subject:
    """The record that is checked, and what several checks share."""

    kind: str
    name: str
    shared: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def registered(self) -> Registered:
        """The record with its plugin. Raises SeqkitError if there is none."""
        return registry().registered(self.kind, self.name)

    @property
    def spec(self) -> Any:
        """The record."""
        return self.registered.spec

    def loaded(self, field_name: str) -> Any:
        """What the record names in a field. Raises Skipped where the field is empty."""
        reference = getattr(self.spec, field_name)
        if reference is None:
            raise Skipped(f"the record names no {field_name}")
        return load(reference)

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """What `make` returns, made once for all checks of the record."""
        if key not in self.shared:
            self.shared[key] = make()
        found: Made = self.shared[key]
        return found


@dataclass(frozen=True)
class Check:
    """One property of a kind of record. `run` raises CheckFailed (or any other exception), or Skipped."""

    kind: str
    """The kind that it belongs to; "" for those of every kind."""
    name: str
    summary: str
    """The property in a sentence."""
    run: Callable[[Subject], None]
    quick: bool = False
    """Whether it needs a moment only, and tells whether the record can be had at all: `seqkit plugins check` runs these
    for every plugin."""


@dataclass(frozen=True)
class Outcome:
    """What came of a check."""

    check: str
    status: Literal["passed", "skipped", "failed"]
    reason: str = ""
    """Why it was skipped, or how it failed; empty where it passed."""


CHECKS: dict[str, list[Check]] = defaultdict(list)
"""Kind -> its checks, in the order of their definition; "" holds those of every kind."""


def check(
    *kinds: str, quick: bool = False
) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """A decorator that adds a function to the checks of some kinds; the docstring is its summary."""

    def add(function: Callable[[Subject], None]) -> Callable[[Subject], None]:
        summary = (function.__doc__ or "").strip().partition("\n")[0]
        for kind in kinds:
            CHECKS[kind].append(Check(kind, function.__name__, summary, function, quick))
        return function

    return add
