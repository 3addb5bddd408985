"""Read and write TOML files of options."""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError

PARTS = 100
LONG_KEY = re.compile(rf"(?<![\w\"'-])[\w\"'-]+(?:\s*\.\s*[\w\"'-]+){{{PARTS},}}")
"""A dotted key with more parts. The memory of tomllib grows with the square of their number."""


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file. Raises SeqkitError, with file and line, if it is missing or malformed."""
    try:
        return parse_toml(Path(path).read_bytes().decode())
    except FileNotFoundError:
        raise SeqkitError(f"{path}: no such file", "Check the path given to --config.", exit_code=2) from None
    except IsADirectoryError:
        raise SeqkitError(f"{path}: is a folder", "Give a TOML file.", exit_code=2) from None
    except ValueError as error:  # invalid TOML or UTF-8
        raise SeqkitError(f"{path}: not TOML: {error}", "Correct that line.", exit_code=2) from None


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises ValueError if it is malformed, has an integer of thousands of digits or a key of more than `PARTS` parts, or
    is nested too deep.
    """
    if long := LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise ValueError(f"a key has more than {PARTS} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("its values are nested too deep") from None


def to_toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Format sections of plain values as TOML; values of None are omitted."""
    lines = []
    for name, values in sections.items():
        lines += [
            f"[{name}]",
            *(f"{key} = {_toml(value)}" for key, value in values.items() if value is not None),
            "",
        ]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # inf, -inf, nan
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(str(key))} = {_toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    # JSON and TOML write finite numbers, booleans and basic strings alike, except U+007F.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
