"""Options that several commands share. Imports nothing heavy, because help pages import it."""

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
        "--threads", min=1, help="Threads that compute. Default: OMP_NUM_THREADS, else the cores, up to 4."
    ),
]
"""For commands whose work `seqkit.runtime.threads.in_order` spreads over threads."""
ThreadsOfTorch = Annotated[
    int | None, typer.Option("--threads", min=1, max=1024, help="Threads that compute. Default: 1.")
]
"""For commands whose steps follow one after the other."""
Device = Annotated[
    str,
    typer.Option(
        "--device",
        help="Device that computes: cpu, cuda, cuda:1, mps, or auto, an accelerator if there is one. Default: cpu.",
        show_default=False,
    ),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Skip bad records and count them.")]

TextField = Annotated[
    str,
    typer.Option("--text-field", help="Field of records that is the text (jsonl, csv, tsv, parquet)."),
]
IdField = Annotated[str, typer.Option("--id-field", help="Field that names a document.")]
Keep = Annotated[
    list[str] | None, typer.Option("--keep", help="Fields to copy to the output, separated by commas.")
]
Drop = Annotated[list[str] | None, typer.Option("--drop", help="Fields not to copy, separated by commas.")]


def model_option(help: str) -> Any:
    """The option `--model`, `-m`. Args: help, the text that says which models it accepts, and the default."""
    return typer.Option("--model", "-m", help=help)


def inference_dtype_option(what: str, formats: str) -> Any:
    """The option `--inference-dtype`. Args: what, the part computed in it; formats, the available ones."""
    return typer.Option(
        "--inference-dtype", help=f"Number format of {what}: {formats}. Default: the model's."
    )


def refuse(given: Mapping[str, object], reason: str, fix: str) -> None:
    """Raise SeqkitError for the first option given. Args: given, flag -> value; None, False or "" if not given."""
    for flag, value in given.items():
        if value is not None and value is not False and value not in ("", ()):
            raise SeqkitError(f"{flag}{reason}", fix, exit_code=2)
