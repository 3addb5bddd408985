"""Options that were renamed: they say what they are called now."""

from __future__ import annotations

from typing import Annotated

import typer

from seqkit.errors import SeqkitError


def _refuse_precision(value: str) -> str:
    if value:
        raise SeqkitError(
            f"--precision {value}: the option is called --inference-dtype now",
            f"Write --inference-dtype {value}.",
            exit_code=2,
        )
    return value


Precision = Annotated[str, typer.Option("--precision", hidden=True, callback=_refuse_precision)]
"""The earlier name of `--inference-dtype`."""
