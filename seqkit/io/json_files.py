"""JSON parts of a model folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.io.atomic import write_text

AGAIN = "Download the model again, or train it again."


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON; create the folder if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def stored_record(path: Path, owner: str) -> Iterator[Any]:
    """Yield the content of a JSON file to a block that reads values from it.

    An AttributeError, KeyError, TypeError or ValueError in the block becomes a SeqkitError. Args: owner, the part that
    the file belongs to, for the message: "an image encoder".
    """
    content = read_json(path)
    try:
        yield content
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SeqkitError(f"{path}: not the settings of {owner}", AGAIN) from None


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises SeqkitError if it is missing, unreadable or not JSON."""
    if not path.is_file():
        raise SeqkitError(f"{path}: missing from the model folder", AGAIN)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SeqkitError(f"{path}: cannot be read ({error.strerror})", "Check its permissions.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SeqkitError(f"{path}: not JSON ({error})", AGAIN) from None
