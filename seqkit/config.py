"""Options: TOML files and `key=value` settings into frozen dataclasses, with help after a typing slip."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from seqkit.errors import SeqkitError, did_you_mean

Options = TypeVar("Options")


LARGEST = 10**8
"""A larger layer is a slip of the finger, and the number of its weights overflows."""
DEEPEST = 1000
"""Most layers of a network."""
RENAMED = {"precision": "train_dtype", "store": "weights_dtype", "compute": "inference_dtype"}
"""Earlier names of options."""
QUOTED = 80
"""Characters of a value that a message shows."""
MOST_PIECES = 1_000_000
"""Maximum vocabulary size in SentencePiece pieces."""


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file. Raises SeqkitError, with file and line, if it is missing or malformed."""
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise SeqkitError(f"{path}: no such file", "Check the path given to --config.", exit_code=2) from None
    except IsADirectoryError:
        raise SeqkitError(f"{path}: is a folder", "Give a TOML file.", exit_code=2) from None
    except RecursionError:
        raise SeqkitError(f"{path}: tables are nested too deep", "Write it flat.", exit_code=2) from None
    except ValueError as error:  # no TOML, no UTF-8, an integer of thousands of digits
        raise SeqkitError(f"{path}: not TOML: {error}", "Correct that line.", exit_code=2) from None


class Typed(str):
    """A setting as typed, with its TOML value. `fill` uses the one that suits the option."""

    value: Any

    @classmethod
    def of(cls, text: str, value: Any) -> Typed:
        """`text`, which TOML reads as `value`."""
        typed = cls(text)
        typed.value = value
        return typed


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """`["hidden=256", "optimizer=sgd"]` -> values: text, or `Typed` where TOML reads anything but a string."""
    values: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key.strip():
            raise SeqkitError(
                f"--set {setting[:QUOTED]}: not of the form key=value", "Write --set hidden=256.", exit_code=2
            )
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except (ValueError, RecursionError):
            value = text.strip()
        values[key.strip()] = value if isinstance(value, str) else Typed.of(text.strip(), value)
    return values


def flatten(table: Mapping[str, Any], sections: Iterable[str], source: str) -> dict[str, Any]:
    """Flatten a TOML table with sections such as [model] and [training]; keys may also be outside of sections."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if not isinstance(value, dict):
            flat[key] = value
        elif key in sections:
            flat.update(value)
        else:
            raise SeqkitError(f"{source}: unknown section [{key}]", did_you_mean(key, sections), exit_code=2)
    return flat


def fill(sections: Mapping[str, type], values: Mapping[str, Any]) -> dict[str, Any]:
    """Make one instance of each section's dataclass from a flat table.

    A key may name its section: `objective.gamma`. Raises SeqkitError for a key that no section has (naming the
    nearest), for a value of the wrong type, and where two sections have an option of one name.
    """
    values = {_in_section(key, sections): value for key, value in values.items()}
    owners: dict[str, str] = {}
    for name, kind in sections.items():
        for field in dataclasses.fields(kind):
            other = owners.setdefault(field.name, name)
            if other != name:
                problem = (
                    f"{kind.__name__}: its option {field.name} is one of {sections[other].__name__}, too"
                )
                raise SeqkitError(problem, "Tell the author of the plugin that has it to rename it.")
    for key in values:
        if key not in owners:
            now = RENAMED.get(key, "")
            fix = f"It is called {now} now." if now in owners else did_you_mean(key, owners)
            raise SeqkitError(f"unknown option {quoted(key)}", fix, exit_code=2)
    return {
        name: _make(kind, {key: value for key, value in values.items() if owners[key] == name})
        for name, kind in sections.items()
    }


def _in_section(key: str, sections: Mapping[str, type]) -> str:
    """The option of a dotted key; the key itself if its section has no such option."""
    section, dot, name = key.partition(".")
    known = dot and section in sections and name in {f.name for f in dataclasses.fields(sections[section])}
    return name if known else key


PLAIN = (int, float, str, bool)
"""Types of which a value is what it should be."""


def _make_plainly(kind: type[Options], values: Mapping[str, Any]) -> Options | None:
    """The options where every value is of its type already; None where pydantic, which takes 0.1 s, must look."""
    types = _types_of(kind)  # type: ignore[arg-type]
    if not all(_is_plainly(value, types[name]) for name, value in values.items()):
        return None
    try:
        return kind(**values)
    except (TypeError, ValueError):  # what `__post_init__` may raise
        return None


@functools.cache
def _types_of(kind: type) -> Mapping[str, Any]:
    """Option -> its type."""
    try:
        return get_type_hints(kind)
    except (NameError, TypeError):  # a plugin's annotation that cannot be read: pydantic reports it
        return {field.name: None for field in dataclasses.fields(kind)}


def _is_plainly(value: Any, kind: Any) -> bool:
    """Whether a value is surely of a type: a plain one, one of a Literal's, or None where it is optional."""
    if get_origin(kind) is Literal:
        return any(type(value) is type(one) and value == one for one in get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        return any(_is_plainly(value, one) for one in get_args(kind))
    if kind is type(None):
        return value is None
    return kind in PLAIN and type(value) is kind


def _make(kind: type[Options], values: Mapping[str, Any]) -> Options:
    values = _as_wanted(kind, values)
    made = _make_plainly(kind, values)
    return _make_by_pydantic(kind, values) if made is None else made


def _make_by_pydantic(kind: type[Options], values: Mapping[str, Any]) -> Options:
    from pydantic import TypeAdapter, ValidationError

    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if isinstance(values.get(field.name), bool) and field.type in ("int", "float", int, float):
            raise SeqkitError(
                f"option {field.name}={str(values[field.name]).lower()}: is no number",
                _expected(kind, field.name),
                exit_code=2,
            )
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:  # what the options say themselves, in `__post_init__`
            problem = first["msg"].removeprefix("Value error, ")
            raise SeqkitError(f"options: {problem}", "Give other values by --set.", exit_code=2) from None
        key = first["loc"][0]
        problem = f"option {key}={quoted(first['input'])}: {first['msg']}"
        raise SeqkitError(problem, _expected(kind, str(key)), exit_code=2) from None


def quoted(value: Any) -> str:
    """A value for a message, at most 80 characters of it."""
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"


def _as_wanted(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, each `Typed` one as text where the option is a string (so that a name may be "nan" or "1")."""
    texts = {field.name for field in dataclasses.fields(kind) if field.type in ("str", str)}
    return {
        key: (str(value) if key in texts else value.value) if isinstance(value, Typed) else value
        for key, value in values.items()
    }


def _expected(kind: type, key: str) -> str:
    for field in dataclasses.fields(kind):
        if field.name == key:
            return f"It is a value of type {field.type}; its default is {field.default!r}."
    return "See `seqkit train --help`."


def check_range(options: Any, low: float, high: float, *names: str) -> None:
    """Raise SeqkitError for the first of these options that is not between `low` and `high` (both allowed)."""
    for name in names:
        value = getattr(options, name)
        if not low <= value <= high or value == math.inf:
            bound = (
                f"between {low:g} and {high:g}" if math.isfinite(high) else f"a number of at least {low:g}"
            )
            raise SeqkitError(
                f"option {name}={quoted(value)} is out of range", f"It must be {bound}.", exit_code=2
            )


def bytes_in(name: str, text: str) -> int:
    """A size such as 512MB, 1.5GB or 65536 in bytes; 0 for "". Raises SeqkitError for anything else.

    Args: name, the option's, for the message.
    """
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([kMGT]?)B?", text.strip())
    size = round(float(found[1]) * 1000 ** " kMGT".index(found[2] or " ")) if found else 0
    if text and not size:
        raise SeqkitError(
            f"option {name}={quoted(text)}: is no size", "Write 512MB, 1.5GB or 65536.", exit_code=2
        )
    return size


def to_toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Sections of plain values as TOML, without values of None."""
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
    # JSON writes other numbers, booleans and basic strings as TOML reads them.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
