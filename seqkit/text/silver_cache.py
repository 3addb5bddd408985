"""Cache of the labels of spaCy pipelines in the user's cache folder, because labelling takes minutes.

Each record has a checksum of itself, its place and the key, and the last line counts the records: a file that was
damaged, changed, or put in place of another is made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write
from seqkit.io.text_files import read_lines
from seqkit.io.user_folders import unwritable_fix, user_cache

Record = dict[str, Any]


def cache_folder() -> Path:
    """`silver` in this user's cache folder: `~/.cache/seqkit/silver` on Linux."""
    return user_cache() / "silver"


def remembered(key: str, make: Callable[[], list[Record]]) -> tuple[list[Record], bool]:
    """Return the cached records of `key`, or compute and cache them by `make`; and whether they were cached.

    A damaged file is computed again. Raises SeqkitError for a folder that cannot be written.
    """
    hashed = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    path = cache_folder() / f"{hashed}.jsonl.gz"
    known = _read(path, hashed)
    if known is not None:
        return known, True
    records = make()
    _write(path, hashed, records)
    return records, False


def _read(path: Path, key: str) -> list[Record] | None:
    """Read the records of a file; None if it is missing or damaged."""
    try:
        lines = [str(line).rstrip("\n") for _, line in read_lines(path)]
    except SeqkitError:
        return None
    texts = [line.partition(" ")[2] for line in lines[:-1]]
    if lines != _lines(key, texts):
        return None
    return [json.loads(text) for text in texts]


def _lines(key: str, texts: list[str]) -> list[str]:
    """The lines of a file with these records, as JSON."""
    return [*(f"{_checksum(key, number, text)} {text}" for number, text in enumerate(texts)), f"{len(texts)}"]


def _checksum(key: str, number: int, text: str) -> str:
    return hashlib.sha256(f"{key} {number} {text}".encode()).hexdigest()[:16]


def _write(path: Path, key: str, records: list[Record]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SeqkitError(
            f"{path.parent}: cannot be created ({error.strerror})",
            unwritable_fix("XDG_CACHE_HOME"),
        ) from None
    with atomic_write(path, links=False) as file:
        for line in _lines(key, [json.dumps(record, ensure_ascii=False) for record in records]):
            file.write(line.encode() + b"\n")
