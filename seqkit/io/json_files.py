"""JSON files of a model folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.io.atomic import write_text
from seqkit.io.limits import check_bytes, current_limits, is_deep

AGAIN = "Download the model again, or train it again."
REASON = 200
"""Maximum characters of a reason in a message."""


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON; create the folder if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def stored_record(path: Path, owner: str) -> Iterator[Any]:
    """A context with the content of a JSON file, from which the block reads values.

    An AttributeError, LookupError, OverflowError, TypeError or ValueError in the block becomes a SeqkitError.
    Args: owner, the part that the file belongs to, for the message: "an image encoder".
    """
    content = read_json(path)
    try:
        yield content
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
        reason = f" ({str(error)[:REASON]})" if isinstance(error, ValueError) else ""
        raise SeqkitError(f"{path}: not the settings of {owner}{reason}", AGAIN) from None


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises SeqkitError if it is missing, unreadable, not JSON, too large or nested too deep."""
    if not path.is_file():
        raise SeqkitError(f"{path}: missing from the model folder", AGAIN)
    try:
        with open(path, "rb") as file:
            data = file.read(current_limits().whole + 1)
        check_bytes(path, len(data), "whole")
        text = data.decode("utf-8")
        if is_deep(text):
            raise SeqkitError(f"{path}: not JSON (more than {current_limits().depth} levels)", AGAIN)
        return json.loads(text)
    except OSError as error:
        raise SeqkitError(f"{path}: cannot be read ({error.strerror})", "Check its permissions.") from error
    except (ValueError, RecursionError) as error:  # also an integer of thousands of digits
        raise SeqkitError(f"{path}: not JSON ({error})", AGAIN) from None
