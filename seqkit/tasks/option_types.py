"""Check the types of options in Python calls: a TypeError names the expected type."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, wraps
from types import UnionType
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

Given = ParamSpec("Given")
Result = TypeVar("Result")


def with_checked_options(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Wrap a function so that it raises TypeError for a keyword-only argument that does not fit its annotation."""

    @wraps(function)
    def run(*arguments: Given.args, **options: Given.kwargs) -> Result:
        for name, value in options.items():
            expected = _expected(function).get(name, Any)
            if not fits(value, expected):
                raise TypeError(f"{name}: expected {_named(expected)}, got {type(value).__name__}")
        return function(*arguments, **options)

    return run


@cache
def _expected(function: Callable[..., Any]) -> dict[str, Any]:
    """The types of the keyword-only arguments."""
    parameters = inspect.signature(function).parameters.values()
    named = {one.name: one.annotation for one in parameters if one.kind is one.KEYWORD_ONLY}
    # The annotation of the result may exist only for type checkers.
    return get_type_hints(
        type("Options", (), {"__annotations__": named}), inspect.unwrap(function).__globals__
    )


def fits(value: object, expected: Any) -> bool:
    """Whether a value has a type. Types within containers are not checked."""
    if expected is Any:
        return True
    if expected is None:
        return value is None
    if get_origin(expected) in (Union, UnionType):
        return any(fits(value, one) for one in get_args(expected))
    kind = get_origin(expected) or expected
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _named(expected: Any) -> str:
    """A type in words: `str or int`."""
    if get_origin(expected) in (Union, UnionType):
        return " or ".join(dict.fromkeys(map(_named, get_args(expected))))
    if expected in (None, type(None)):
        return "None"
    return str((get_origin(expected) or expected).__name__)
