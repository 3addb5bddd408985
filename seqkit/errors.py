"""The one error a user sees: what is wrong, and what to do about it."""

from __future__ import annotations

import difflib
import signal
from collections.abc import Iterable
from typing import Any

SHOWN = 40
"""Names that an error lists, at most."""


class SeqkitError(Exception):
    """A mistake the user can mend.

    The command line prints it as one or two lines on stderr and leaves with `exit_code`:
    1 for bad data or a broken model, 2 for a wrong command line.
    """

    def __init__(self, problem: str, fix: str = "", *, exit_code: int = 1) -> None:
        super().__init__(f"{problem}\n{fix}" if fix else problem)
        self.problem = problem
        self.fix = fix
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes; pickle would call the class with the joined message alone."""
        return _again, (type(self), self.problem, self.fix, self.exit_code)


def _again(kind: type[SeqkitError], problem: str, fix: str, exit_code: int) -> SeqkitError:
    return kind(problem, fix, exit_code=exit_code)


class PluginError(SeqkitError):
    """A plugin's code does not do what its contract says. `problem` begins with the plugin's name."""


def lacks_memory(error: BaseException) -> bool:
    """Whether an allocation failed. torch has no class of its own for that on the CPU, only a sentence."""
    return isinstance(error, MemoryError) or "can't allocate memory" in str(error)


class Ended(BaseException):
    """A signal has asked the command to end: as KeyboardInterrupt, nobody's fault, and not to be taken for one."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
        self.name = signal.Signals(number).name


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A sentence that helps after a misspelt name: the nearest known one, else all of them, or the first of many."""
    names = sorted(known)
    near = difflib.get_close_matches(wrong, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"Known: {', '.join(names[:SHOWN])}{more}." if names else "There is none."
