"""Commands that only list records, and start without importing pydantic."""

from __future__ import annotations

from typing import Any

from seqkit.cli.help_pages import HelpfulCommand, HelpfulGroup
from seqkit.cli.plain_values import convert_plainly
from seqkit.cli.plugin_option import with_plugin_option


class LightCommand(HelpfulCommand):
    """A command whose arguments are flags and optional text.

    Typer converts all values except those of flags with pydantic, whose import takes 0.1 s. Text needs no conversion.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        _take_as_typed(self.params)


class RecordsCommand(LightCommand):
    """A light command that reads records of plugins, with the option `--plugin`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        with_plugin_option(self.params)


class LightGroup(HelpfulGroup):
    """A group that also runs without a command, with options like those of a `LightCommand`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        with_plugin_option(self.params)
        for parameter in self.params:
            convert_plainly(parameter)
        _take_as_typed(self.params)

    def get_help_option(self, ctx: Any) -> Any:
        """Return Typer's `--help`, with fast conversion of values."""
        option = super().get_help_option(ctx)
        if option is not None:
            convert_plainly(option)
        return option


def _take_as_typed(parameters: list[Any]) -> None:
    for parameter in parameters:
        if parameter.type_descriptor.annotation is str:
            parameter.process_value = _as_typed


def _as_typed(context: Any, value: Any) -> Any:
    return value
