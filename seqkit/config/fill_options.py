"""Fill options dataclasses from a flat mapping of names to values."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from seqkit.config.checks import quoted
from seqkit.config.settings import SettingText
from seqkit.errors import SeqkitError, did_you_mean

Options = TypeVar("Options")

RENAMED = {"precision": "train_dtype", "store": "weights_dtype", "compute": "inference_dtype"}
"""Former name of an option -> its present name."""
PLAIN = (int, float, str, bool)
"""Types whose values need no conversion."""


def fill(sections: Mapping[str, type], values: Mapping[str, Any]) -> dict[str, Any]:
    """Make one instance of each section's dataclass from a flat mapping. A key may name its section: `objective.gamma`.

    Raises SeqkitError for a key that no section has (naming the nearest), for a value of the wrong type, and if two
    sections have an option of the same name.
    """
    values = {_option_of(key, sections): value for key, value in values.items()}
    owners: dict[str, str] = {}
    for name, kind in sections.items():
        for field in dataclasses.fields(kind):
            other = owners.setdefault(field.name, name)
            if other != name:
                problem = f"{kind.__name__}: its option {field.name} is also an option of {sections[other].__name__}"
                raise SeqkitError(problem, "Ask the author of the plugin that adds it to rename it.")
    for key in values:
        if key not in owners:
            name = RENAMED.get(key, "")
            fix = f"It was renamed to {name}." if name in owners else did_you_mean(key, owners)
            raise SeqkitError(f"unknown option {quoted(key)}", fix, exit_code=2)
    return {
        name: _make(kind, {key: value for key, value in values.items() if owners[key] == name})
        for name, kind in sections.items()
    }


def _option_of(key: str, sections: Mapping[str, type]) -> str:
    """The option that a dotted key names; the key itself if its section has no such option."""
    section, dot, name = key.partition(".")
    known = dot and section in sections and name in {f.name for f in dataclasses.fields(sections[section])}
    return name if known else key


def _make(kind: type[Options], values: Mapping[str, Any]) -> Options:
    values = _interpreted(kind, values)
    options = _make_directly(kind, values)
    return _make_by_pydantic(kind, values) if options is None else options


def _interpreted(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Use a `SettingText` as text if the option is a string, so that a name may be "nan" or "1"; else its value."""
    texts = {field.name for field in dataclasses.fields(kind) if field.type in ("str", str)}
    return {
        key: (str(value) if key in texts else value.value) if isinstance(value, SettingText) else value
        for key, value in values.items()
    }


def _make_directly(kind: type[Options], values: Mapping[str, Any]) -> Options | None:
    """The options if every value already has its type, else None: pydantic, whose import takes 0.1 s, must convert."""
    types = _types_of(kind)  # type: ignore[arg-type]
    if not all(_has_type(value, types[name]) for name, value in values.items()):
        return None
    try:
        return kind(**values)
    except (TypeError, ValueError):  # from `__post_init__`; pydantic reports it
        return None


@functools.cache
def _types_of(kind: type) -> Mapping[str, Any]:
    """Option -> its type; None if a plugin's annotation cannot be resolved, which pydantic reports."""
    try:
        return get_type_hints(kind)
    except (NameError, TypeError):
        return {field.name: None for field in dataclasses.fields(kind)}


def _has_type(value: Any, kind: Any) -> bool:
    """Whether a value has a plain type, is one of a Literal's values, or is None for an optional type.

    False for other types, even if the value has them.
    """
    if get_origin(kind) is Literal:
        return any(type(value) is type(one) and value == one for one in get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        return any(_has_type(value, one) for one in get_args(kind))
    if kind is type(None):
        return value is None
    return kind in PLAIN and type(value) is kind


def _make_by_pydantic(kind: type[Options], values: Mapping[str, Any]) -> Options:
    """Make the options from values of other types. Raises SeqkitError for a value that pydantic rejects."""
    from pydantic import TypeAdapter, ValidationError

    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if isinstance(values.get(field.name), bool) and field.type in ("int", "float", int, float):
            raise SeqkitError(
                f"option {field.name}={str(values[field.name]).lower()}: is not a number",
                _expected(kind, field.name),
                exit_code=2,
            )
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:  # from `__post_init__`
            problem = first["msg"].removeprefix("Value error, ")
            raise SeqkitError(f"options: {problem}", "Set other values with --set.", exit_code=2) from None
        key = first["loc"][0]
        problem = f"option {key}={quoted(first['input'])}: {first['msg']}"
        raise SeqkitError(problem, _expected(kind, str(key)), exit_code=2) from None


def _expected(kind: type, key: str) -> str:
    """The fix for a value of the wrong type: type and default of the option."""
    for field in dataclasses.fields(kind):
        if field.name == key:
            return f"It is a value of type {field.type}; its default is {field.default!r}."
    return "See `seqkit train --help`."
