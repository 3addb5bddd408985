"""Check values that were read from the JSON of a model folder. They return the value, or raise ValueError."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Checked = TypeVar("Checked")

LANGUAGE = 80
"""Maximum characters of the name of a language or of a side."""


def text(value: Any) -> str:
    """A string that UTF-8 can hold."""
    if not isinstance(value, str):
        raise ValueError(f"expected a string, got {_kind(value)}")
    if not value.isascii():
        value.encode("utf-8")
    return value


def language(value: Any) -> str:
    """The name of a language or of a side."""
    if not text(value) or len(value) > LANGUAGE or not value.isprintable():
        raise ValueError("not the name of a language")
    return str(value)


def optional_text(value: Any) -> str | None:
    """A string or null."""
    return None if value is None else text(value)


def texts(value: Any) -> list[str]:
    """A list of strings."""
    return listed(value, text)


def flag(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {_kind(value)}")
    return value


def whole(value: Any, low: int = 0, high: int = 10**9) -> int:
    """A whole number between two bounds, both allowed."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"expected a whole number from {low:,} to {high:,}, got {_kind(value)}")
    return value


def number(value: Any) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {_kind(value)}")
    if not math.isfinite(float(value)):
        raise ValueError("a number that is not finite")
    return float(value)


def numbers(value: Any) -> list[float]:
    """A list of finite numbers."""
    return listed(value, number)


def listed(value: Any, check: Callable[[Any], Checked]) -> list[Checked]:
    """A list of values of one kind."""
    if not isinstance(value, list):
        raise ValueError(f"expected a list, got {_kind(value)}")
    return [check(one) for one in value]


def table(value: Any, check: Callable[[Any], Checked]) -> dict[str, Checked]:
    """An object with values of one kind."""
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, got {_kind(value)}")
    return {text(key): check(one) for key, one in value.items()}


def different(values: Sequence[str]) -> Sequence[str]:
    """Strings without repeats."""
    if len(set(values)) < len(values):
        raise ValueError("a value occurs twice")
    return values


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
