"""The option `--plugin FILE` of commands that compute. `seqkit.extend.files` reads it before the commands are built."""

from __future__ import annotations

import functools
from typing import Annotated, Any

import typer

MEANING = (
    "A plugin in a single Python file, to try it out; may be repeated. It is trusted as an installed one."
)


@functools.cache
def plugin_option() -> Any:
    """The option, whose value no command receives."""

    def command(
        plugin: Annotated[
            list[str] | None, typer.Option("--plugin", metavar="FILE", help=MEANING, show_default=False)
        ] = None,
    ) -> None:
        """Take the option."""

    app = typer.Typer(add_completion=False)
    app.command()(command)
    made: Any = typer.main.get_command(app)
    option = next(one for one in made.params if "--plugin" in one.opts)
    option.expose_value = False
    return option


def with_plugin_option(parameters: list[Any]) -> None:
    """Add the option to the parameters of a command."""
    if not any("--plugin" in one.opts for one in parameters):
        parameters.append(plugin_option())
