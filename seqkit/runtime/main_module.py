"""The script that a process runs, kept from the processes that it starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

MAIN = "__main__"


@contextmanager
def main_not_run_again() -> Iterator[None]:
    """Let processes that `spawn` starts within it not run the user's script once more.

    `spawn` imports the script of the parent in each child, so that what it defines can be unpickled. Workers of seqkit
    need nothing of it; without `if __name__ == "__main__"` in it the script would call seqkit again.
    """
    before = sys.modules[MAIN]
    sys.modules[MAIN] = ModuleType(MAIN)
    try:
        yield
    finally:
        sys.modules[MAIN] = before
