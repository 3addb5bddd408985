"""Check the values of options; for the `__post_init__` of an options dataclass."""

from __future__ import annotations

import math
import re
from typing import Any

from seqkit.errors import SeqkitError, shortened

LARGEST = 10**8
"""Maximum size of a layer; larger sizes are typing errors, and the number of weights would overflow."""
DEEPEST = 1000
"""Maximum number of layers of a network."""
MOST_PIECES = 1_000_000
"""Maximum vocabulary size in SentencePiece pieces."""


def check_range(options: Any, low: float, high: float, *names: str) -> None:
    """Check that options lie between two bounds, both inclusive.

    Args: names, of the options to check. Raises SeqkitError for the first one that is out of range.
    """
    for name in names:
        value = getattr(options, name)
        if not low <= value <= high or value == math.inf:
            bound = (
                f"between {low:g} and {high:g}"
                if math.isfinite(high)
                else f"a finite number of at least {low:g}"
            )
            raise SeqkitError(
                f"option {name}={quoted(value)} is out of range", f"It must be {bound}.", exit_code=2
            )


def bytes_in(name: str, text: str) -> int:
    """Convert a size such as 512MB, 1.5GB or 65536 to bytes; "" is 0.

    Args: name, of the option, for the message. Raises SeqkitError if `text` is not a size.
    """
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([kMGT]?)B?", text.strip())
    size = round(float(match[1]) * 1000 ** " kMGT".index(match[2] or " ")) if match else 0
    if text and not size:
        raise SeqkitError(
            f"option {name}={quoted(text)}: is not a size", "Write 512MB, 1.5GB or 65536.", exit_code=2
        )
    return size


def quoted(value: Any) -> str:
    """The repr of a value for a message, cut to 80 characters."""
    try:
        return shortened(repr(value))
    except ValueError:  # Python does not convert integers of more than 4,300 digits
        return "a number of thousands of digits"
