"""`seqkit translate` for outputs that are lines of text: count, mark, and keep the first line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from seqkit.tasks.application import OutputWriter
from seqkit.tasks.applying import Bad
from seqkit.tasks.command import Command
from seqkit.tasks.seq2seq.command_attention import FirstLine
from seqkit.tasks.seq2seq.command_doubts import Doubts
from seqkit.tasks.seq2seq.items import Item
from seqkit.terminal.tables import say

if TYPE_CHECKING:
    from seqkit.examples import Translation
    from seqkit.tasks.seq2seq.apply import Models


class SeenLines:
    """Writes translations, counts lines and those in doubt, and keeps the first line for a picture."""

    def __init__(self, first: FirstLine, doubts: Doubts) -> None:
        self.first, self.doubts, self.done = first, doubts, 0
        self._writer: OutputWriter

    def over(self, writer: OutputWriter) -> OutputWriter:
        """Add this to a writer."""
        self._writer = writer
        return self

    def write(self, number: int, item: Item, output: list[Translation]) -> int:
        """Write the translations of one line. Returns the number of records written."""
        shown = self.doubts.see(output)
        written = self._writer.write(number, item, shown)
        self.done += 1
        self.first.see(item, shown)
        return written

    def close(self) -> None:
        """Write the end of the output."""
        self._writer.close()


def write_lines(command: Command, models: Models, items: Iterable[Item], bad: Bad, seen: SeenLines) -> None:
    """Translate to the file, or to standard output. Exits with 130 after Ctrl-C and reports the progress."""

    def writer(file: BinaryIO) -> OutputWriter:
        return seen.over(command.task.writer(command.format, file, command.request))

    try:
        command.run(models, items, bad=bad, writer=writer)
        say(seen.doubts.summary())
    except KeyboardInterrupt:
        left = f"{command.out} was not written" if command.out is not None else "they were written"
        print(f"seqkit: interrupted after {seen.done:,} lines; {left}", file=sys.stderr)
        raise typer.Exit(130) from None


def format_for(out: Path | None, format: str, scores: bool) -> str:
    """The format of translations: the one named, by the output's suffix, else text; with scores tsv.

    Raises SeqkitError for an unknown format, or one without scores.
    """
    from seqkit.errors import SeqkitError, did_you_mean
    from seqkit.extend.manager import load, registry
    from seqkit.io.text_files import suffix_of

    specs = [format.spec for format in registry().all("formats") if format.spec.translations]
    formats: dict[str, Any] = {spec.name: spec for spec in specs}
    suffix = suffix_of(out) if out is not None else ""
    by_suffix = next((spec.name for spec in specs if suffix in spec.suffixes), "tsv" if scores else "text")
    chosen = format or by_suffix
    if chosen not in formats:
        raise SeqkitError(f"--format {chosen}: no such format", did_you_mean(chosen, formats), exit_code=2)
    if scores and "scores" not in formats[chosen].shows:
        able = " or ".join(spec.name for spec in specs if "scores" in spec.shows)
        fix = f"Choose one that has: --format {able}."
        raise SeqkitError(f"the format {chosen} has no place for scores", fix, exit_code=2)
    load(formats[chosen].translations)  # before the work
    return chosen
