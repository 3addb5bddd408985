"""Values of options that need no conversion: pydantic, with which Typer converts, is imported only for other values.

Its import takes 0.1 s, a fifth of the time in which a short text is tagged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class PlainValues:
    """Converts the values of a parameter: text and defaults are what they should be, the rest is left to Typer."""

    def __init__(self, annotation: Any, typers: Callable[[], Any]) -> None:
        """Args: annotation, the type of the parameter; typers, makes Typer's own converter."""
        self._annotation, self._typers = annotation, typers

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command takes it. Raises BadParameter as Typer does."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._annotation in (str, int, float, bool) and type(value) is self._annotation:
            return value
        if self._annotation == list[str] and isinstance(value, list | tuple):
            return list(value)
        return self._typers().coerce(value, param=param, ctx=ctx)


def convert_plainly(parameter: Any) -> None:
    """Let a parameter of a Typer command convert its values by `PlainValues`; once more changes nothing."""
    if "get_runtime_param" in vars(parameter):
        return
    values = PlainValues(parameter.type_descriptor.annotation, parameter.get_runtime_param)
    parameter.get_runtime_param = lambda: values
