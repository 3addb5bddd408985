"""`seqkit plugins new`: create a plugin from a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seqkit.io.streams import data_text


def new(
    name: Annotated[str, typer.Argument(help="Name of the package, such as seqkit-lem.")],
    kind: Annotated[
        str,
        typer.Option(
            help="Kind of plugin: recurrence, encoder, decoder, format, corpus, task, metric, objective, optimizer, "
            "command or engine."
        ),
    ],
    out: Annotated[str, typer.Option("--out", "-o", help="Folder to write. Default: the name.")] = "",
) -> None:
    """Write a new plugin: a package with its entry point, a test and a README.

    \b
    Examples:
      seqkit plugins new seqkit-lem --kind recurrence
      seqkit plugins new seqkit-ocr --kind encoder -o ~/src/seqkit-ocr
    """
    from seqkit.scaffold.names import check_names
    from seqkit.scaffold.render import new_plugin

    for path in new_plugin(check_names(name, kind), Path(out or name)):
        print(path, file=data_text())
