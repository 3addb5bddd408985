"""Commands that only list things, and must start without pydantic."""

from __future__ import annotations

from typing import Any

from seqkit.cli.help_pages import HelpfulCommand


class LightCommand(HelpfulCommand):
    """A command whose arguments are flags and optional text.

    Typer converts every value but a flag's by pydantic, whose import takes 0.1 s. Text needs no conversion.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        parameters: list[Any] = self.params
        for parameter in parameters:
            if parameter.type_descriptor.annotation is str:
                parameter.process_value = _as_typed


def _as_typed(context: Any, value: Any) -> Any:
    return value
