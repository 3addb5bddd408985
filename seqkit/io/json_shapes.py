"""Check values from the JSON files of a model folder. Each function returns the value, or raises ValueError."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Checked = TypeVar("Checked")

LANGUAGE = 80
"""Maximum characters of the name of a language or of a side."""


def text(value: Any) -> str:
    """Check a string that can be encoded as UTF-8."""
    if not isinstance(value, str):
        raise ValueError(f"expected a string, got {_kind(value)}")
    if not value.isascii():
        value.encode("utf-8")
    return value


def language(value: Any) -> str:
    """Check the name of a language or of a side."""
    if not text(value) or len(value) > LANGUAGE or not value.isprintable():
        raise ValueError("not the name of a language")
    return str(value)


def optional_text(value: Any) -> str | None:
    """Check a string or null."""
    return None if value is None else text(value)


def texts(value: Any) -> list[str]:
    """Check a list of strings."""
    return listed(value, text)


def flag(value: Any) -> bool:
    """Check a boolean."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {_kind(value)}")
    return value


def whole(value: Any, low: int = 0, high: int = 10**9) -> int:
    """Check an integer between two bounds, both inclusive."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"expected a whole number from {low:,} to {high:,}, got {_kind(value)}")
    return value


def number(value: Any) -> float:
    """Check a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {_kind(value)}")
    if not math.isfinite(float(value)):
        raise ValueError("a number that is not finite")
    return float(value)


def numbers(value: Any) -> list[float]:
    """Check a list of finite numbers."""
    return listed(value, number)


def listed(value: Any, check: Callable[[Any], Checked]) -> list[Checked]:
    """Check a list and, by `check`, each of its values."""
    if not isinstance(value, list):
        raise ValueError(f"expected a list, got {_kind(value)}")
    return [check(one) for one in value]


def table(value: Any, check: Callable[[Any], Checked]) -> dict[str, Checked]:
    """Check an object and, by `check`, each of its values."""
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, got {_kind(value)}")
    return {text(key): check(one) for key, one in value.items()}


def different(values: Sequence[str]) -> Sequence[str]:
    """Check that strings are distinct."""
    if len(set(values)) < len(values):
        raise ValueError("a value occurs twice")
    return values


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
