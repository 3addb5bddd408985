"""Errors for users: what is wrong, and how to fix it."""

from __future__ import annotations

import difflib
import signal
from collections.abc import Iterable
from typing import Any

SHOWN = 40
"""Maximum number of names that an error lists."""
COMPARED = 10_000
"""Maximum number of names that a misspelt one is compared with."""
QUOTED = 80
"""Maximum characters of a value that a message quotes."""
LONGEST = 4000
"""Maximum characters of a message; a path may have 4,096."""


class SeqkitError(Exception):
    """An error that a user can fix.

    The command line prints it as one or two lines on stderr and exits with `exit_code`:
    1 for bad data or a broken model, 2 for a wrong command line.
    """

    def __init__(self, problem: str, fix: str = "", *, exit_code: int = 1) -> None:
        problem, fix = shortened(problem, LONGEST), shortened(fix, LONGEST)
        super().__init__(f"{problem}\n{fix}" if fix else problem)
        self.problem = problem
        self.fix = fix
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling between processes; by default pickle would pass the joined message only."""
        return _rebuilt, (type(self), self.problem, self.fix, self.exit_code)


def _rebuilt(kind: type[SeqkitError], problem: str, fix: str, exit_code: int) -> SeqkitError:
    return kind(problem, fix, exit_code=exit_code)


class MissingPackageError(SeqkitError):
    """An optional package is not installed. Conformance checks that need it are skipped."""


class PluginError(SeqkitError):
    """A plugin violates its contract. `problem` begins with the name of the plugin."""


def lacks_memory(error: BaseException) -> bool:
    """Whether an error reports a failed allocation; on the CPU torch raises a RuntimeError for it."""
    return isinstance(error, MemoryError) or "can't allocate memory" in str(error)


class Ended(BaseException):
    """Raised when a signal ends the command. Like KeyboardInterrupt, `except Exception` does not catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
        self.name = signal.Signals(number).name


def shortened(text: str, most: int = QUOTED) -> str:
    """Shorten a text to `most` characters, for a message."""
    return text if len(text) <= most else f"{text[:most]}…"


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: the nearest known name, else the first `SHOWN` known names."""
    names = sorted(map(shortened, known))
    near = difflib.get_close_matches(shortened(wrong), names[:COMPARED], n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"Known: {', '.join(names[:SHOWN])}{more}." if names else "There is none."
