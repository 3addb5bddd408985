"""Former names of options: using one raises an error with the present name."""

from __future__ import annotations

from typing import Annotated

import typer

from seqkit.errors import SeqkitError


def _refuse_precision(value: str) -> str:
    if value:
        raise SeqkitError(
            f"--precision {value}: the option was renamed to --inference-dtype",
            f"Write --inference-dtype {value}.",
            exit_code=2,
        )
    return value


Precision = Annotated[str, typer.Option("--precision", hidden=True, callback=_refuse_precision)]
"""The former name of `--inference-dtype`."""
