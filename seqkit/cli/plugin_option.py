"""The option `--plugin FILE`. `seqkit.extend.files` reads it from the command line before the commands are created."""

from __future__ import annotations

import functools
from typing import Annotated, Any

import typer

MEANING = "A plugin in a single Python file, to try it out; may be repeated. It has the rights of an installed plugin."


@functools.cache
def plugin_option() -> Any:
    """Create the option. Its value is not passed to commands."""

    def command(
        plugin: Annotated[
            list[str] | None, typer.Option("--plugin", metavar="FILE", help=MEANING, show_default=False)
        ] = None,
    ) -> None:
        """Declare the option."""

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
