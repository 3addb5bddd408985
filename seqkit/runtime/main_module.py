"""Prevent the user's script from running again in the processes that it starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

MAIN = "__main__"


@contextmanager
def main_not_run_again() -> Iterator[None]:
    """A context in which processes started by `spawn` do not run the user's script again.

    `spawn` imports the parent's script in each child, so that its definitions can be unpickled. seqkit's workers need
    none of them; a script without `if __name__ == "__main__"` would call seqkit again.
    """
    before = sys.modules[MAIN]
    sys.modules[MAIN] = ModuleType(MAIN)
    try:
        yield
    finally:
        sys.modules[MAIN] = before
