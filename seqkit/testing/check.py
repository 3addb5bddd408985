"""Checks, their subject and their outcome."""

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
    """A record does not pass a check; the message says why."""


def expect(condition: object, message: str) -> None:
    """Raise CheckFailed with the message unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


@dataclass
class Subject:
    """The record that is checked, with values that several checks share."""

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
        """The object that a field of the record names. Raises Skipped if the field is empty."""
        reference = getattr(self.spec, field_name)
        if reference is None:
            raise Skipped(f"the record names no {field_name}")
        return load(reference)

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """The value of `make()`, computed once for all checks of the record."""
        if key not in self.shared:
            self.shared[key] = make()
        found: Made = self.shared[key]
        return found


@dataclass(frozen=True)
class Check:
    """One property of a kind of record. `run` raises CheckFailed (or any other exception), or Skipped."""

    kind: str
    """The kind of record; "" for checks of every kind."""
    name: str
    summary: str
    """The property in a sentence."""
    run: Callable[[Subject], None]
    quick: bool = False
    """Whether it is fast and checks that the record loads: without a name, `seqkit plugins check` runs these checks for
    every plugin."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a check."""

    check: str
    status: Literal["passed", "skipped", "failed"]
    reason: str = ""
    """Why it was skipped or failed; empty if it passed."""


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
