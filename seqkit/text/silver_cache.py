"""Cache of the labels of spaCy pipelines in the user's cache folder, because labelling takes minutes."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write
from seqkit.io.user_folders import user_cache, way_to_move

Record = dict[str, Any]


def cache_folder() -> Path:
    """`silver` in this user's cache folder: `~/.cache/seqkit/silver` on Linux."""
    return user_cache() / "silver"


def remembered(key: str, make: Callable[[], list[Record]]) -> tuple[list[Record], bool]:
    """Return the cached records of `key`, or compute and cache them by `make`; and whether they were cached.

    A damaged file is computed again. Raises SeqkitError for a folder that cannot be written.
    """
    path = cache_folder() / f"{hashlib.sha256(key.encode()).hexdigest()}.jsonl.gz"
    known = _read(path)
    if known is not None:
        return known, True
    records = make()
    _write(path, records)
    return records, False


def _read(path: Path) -> list[Record] | None:
    """Read the records of a file; None if it is missing or damaged."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def _write(path: Path, records: list[Record]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SeqkitError(
            f"{path.parent}: cannot be created ({error.strerror})",
            way_to_move("XDG_CACHE_HOME"),
        ) from None
    with atomic_write(path, links=False) as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
