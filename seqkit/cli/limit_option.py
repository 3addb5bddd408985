"""The option `--limit NAME=VALUE` of commands that read files."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from seqkit.io.limits import OPTION, VARIABLE, as_variable, parse_limits

LIMIT_MEANING = (
    "Limit on input files, such as line=64MB; may be repeated. Limits: line, record, words, depth, ratio, whole, "
    "bytes, records, seconds."
)
KEY = "seqkit.limits"
"""Key of the option's values in a context's `meta`."""


def _keep(context: typer.Context, value: Sequence[str] | None) -> None:
    context.meta[KEY] = tuple(value or ())


@functools.cache
def limit_option() -> Any:
    """Create the option. Its value is not passed to commands."""

    def command(
        limit: Annotated[
            list[str] | None,
            typer.Option(
                OPTION, metavar="NAME=VALUE", help=LIMIT_MEANING, show_default=False, callback=_keep
            ),
        ] = None,
    ) -> None:
        """Declare the option."""

    app = typer.Typer(add_completion=False)
    app.command()(command)
    made: Any = typer.main.get_command(app)
    option = next(one for one in made.params if OPTION in one.opts)
    option.expose_value = False
    return option


def with_limit_option(parameters: list[Any]) -> None:
    """Add the option to the parameters of a command."""
    if not any(OPTION in one.opts for one in parameters):
        parameters.append(limit_option())


@contextmanager
def limits_of_command(context: Any) -> Iterator[None]:
    """A context with the limits of the command line, also for worker processes that start in it.

    Raises SeqkitError for an unknown limit, and for a value that is not a number or size.
    """
    settings, before = context.meta.get(KEY, ()), os.environ.get(VARIABLE)
    if not settings:
        yield
        return
    known = before.split(",") if before else []
    os.environ[VARIABLE] = as_variable(parse_limits([*known, *settings]))
    try:
        yield
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before
