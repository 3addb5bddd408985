"""Options that several commands share. Imports no large packages, because help pages import it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from seqkit.errors import SeqkitError

TextInputs = Annotated[
    list[str] | None, typer.Argument(help="Text, files, or - for standard input.", show_default=False)
]
SentenceFormat = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        help="table, conllu, jsonl, tsv, spacy, html. Default: by --out; table on a terminal, else conllu.",
    ),
]
"""Format of sentences, for `tag` and `segment`."""
Out = Annotated[Path | None, typer.Option("--out", "-o", help="File to write, atomically.")]
AllText = Annotated[bool, typer.Option("--text", help="Treat every argument as text.")]
AllFiles = Annotated[bool, typer.Option("--file", help="Treat every argument as a file.")]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        min=1,
        help="Number of threads. Default: OMP_NUM_THREADS, else the number of cores, at most 4.",
    ),
]
"""For commands whose work `seqkit.runtime.threads.in_order` spreads over threads."""
ThreadsOfTorch = Annotated[
    int | None, typer.Option("--threads", min=1, max=1024, help="Number of threads. Default: 1.")
]
"""For commands in which each step needs the previous one."""
Device = Annotated[
    str,
    typer.Option(
        "--device",
        help="Device: cpu, cuda, cuda:1, mps, or auto (an accelerator if available). Default: cpu.",
        show_default=False,
    ),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Skip bad records and count them.")]

TextField = Annotated[
    str,
    typer.Option("--text-field", help="Field of a record with the text (jsonl, csv, tsv, parquet)."),
]
IdField = Annotated[str, typer.Option("--id-field", help="Field of a record with the document's name.")]
Keep = Annotated[
    list[str] | None, typer.Option("--keep", help="Fields to copy to the output, separated by commas.")
]
Drop = Annotated[list[str] | None, typer.Option("--drop", help="Fields not to copy, separated by commas.")]


def model_option(help: str) -> Any:
    """Create the option `--model`, `-m`. Args: help, the accepted models and the default."""
    return typer.Option("--model", "-m", help=help)


def inference_dtype_option(what: str, formats: str) -> Any:
    """Create the option `--inference-dtype`. Args: what, the part computed in it; formats, the supported formats."""
    return typer.Option(
        "--inference-dtype", help=f"Number format of {what}: {formats}. Default: the model's."
    )


def refuse(given: Mapping[str, object], reason: str, fix: str) -> None:
    """Raise SeqkitError for the first option that the command line has.

    Args:
        given: flag -> value; None, False or "" if the command line does not have it.
        reason: appended to the flag in the message.
        fix: the fix in the message.
    """
    for flag, value in given.items():
        if value is not None and value is not False and value not in ("", ()):
            raise SeqkitError(f"{flag}{reason}", fix, exit_code=2)
