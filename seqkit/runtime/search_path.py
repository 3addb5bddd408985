"""The module search path of started processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

SAFE_PATH = "PYTHONSAFEPATH"
"""Environment variable of Python: if it is set, the script's and the current folder are not on the search path."""


@contextmanager
def current_folder_off_path() -> Iterator[None]:
    """A context in which started processes import nothing from the current folder.

    `spawn` runs `python -c`, which puts that folder first on the path: a `socket.py` there would be imported.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before
