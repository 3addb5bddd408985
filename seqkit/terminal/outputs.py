"""Outputs of commands that write sentences: a file or standard output, in the requested format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from seqkit.io.streams import data_stream, data_stream_alone, data_text

if TYPE_CHECKING:
    from seqkit.extend.specs import FormatSpec


def sentence_format(out: Path | None, format: str) -> FormatSpec:
    """Choose the output format: by name, else by the file's suffix, else a table on a terminal, CoNLL-U elsewhere.

    Raises SeqkitError for a format that does not exist or cannot hold sentences.
    """
    from seqkit.data.files import format_of
    from seqkit.errors import SeqkitError
    from seqkit.extend.manager import registry

    default = "table" if data_text().isatty() else "conllu"
    by_name = format or ("" if out else default)
    spec: FormatSpec = registry().find("formats", by_name) if by_name else format_of(str(out), written=True)
    if spec.writer is None:
        raise SeqkitError(f"the format {spec.name} cannot hold sentences", "See --format.", exit_code=2)
    return spec


@contextmanager
def opened_output(out: Path | None, alone: bool = True) -> Iterator[BinaryIO]:
    """Open the output: a file, written atomically, or standard output.

    Args: alone, whether this is the command's only output, so that it exits when the reader of a pipe closes it.
    """
    from seqkit.io.atomic import atomic_write

    if out is not None:
        with atomic_write(out) as file:
            yield file
        return
    try:
        yield data_stream_alone() if alone else data_stream()
    finally:
        data_stream().flush()


def check_can_write(spec: FormatSpec, out: Path | None) -> None:
    """Import the writer of sentences before the file is created.

    Raises SeqkitError if the writer cannot be imported, and for a binary format on a terminal.
    """
    from seqkit.errors import SeqkitError
    from seqkit.extend.manager import load

    load(str(spec.writer))
    if out is None and spec.name == "spacy" and data_text().isatty():
        raise SeqkitError("a .spacy file is binary", "Write it to a file: -o out.spacy", exit_code=2)
