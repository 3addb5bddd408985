"""The fields of an options dataclass with their documentation, for help pages and tables.

Imports only the standard library, because help pages import it.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, get_type_hints


class OptionField(NamedTuple):
    """One option of a dataclass."""

    name: str
    annotation: Any
    """Its type, resolved."""
    type_name: str
    """Its type as written in the source, such as `Literal["none", "dot"]`."""
    default: Any
    meaning: str
    """The string literal below the field, in one line; "" if there is none."""
    unit: str
    """`unit` in the field's metadata, such as "minutes"; "" if there is none."""


@cache
def option_fields(options: type) -> tuple[OptionField, ...]:
    """The fields of a dataclass in order, those of its base classes first.

    The meaning is the string literal below a field in the source; it is "" for a class without source. A unit is
    declared as `minutes: float = field(default=0.0, metadata={"unit": "minutes"})`.
    """
    hints = get_type_hints(options)
    meanings = {name: meaning for base in reversed(options.__mro__) for name, meaning in _meanings(base)}
    return tuple(
        OptionField(
            field.name,
            hints[field.name],
            str(field.type),
            _default(field),
            meanings.get(field.name, ""),
            str(field.metadata.get("unit", "")),
        )
        for field in dataclasses.fields(options)
    )


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _meanings(record: type) -> Iterator[tuple[str, str]]:
    """Name and docstring of each documented field of a class, without those of its base classes."""
    if not dataclasses.is_dataclass(record):
        return
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(record)))
    except (OSError, TypeError, SyntaxError):
        return
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for node, after in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
            value = after.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield ast.unparse(node.target), " ".join(value.value.split())
