"""`seqkit translate` where outputs are lines of text: one writer for all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from seqkit.io.meter import metering
from seqkit.io.pipes import Paced
from seqkit.io.streams import data_stream, data_stream_alone
from seqkit.tasks.seq2seq.command_attention import FirstLine
from seqkit.tasks.seq2seq.command_doubts import Doubts
from seqkit.tasks.seq2seq.command_sources import Remembered
from seqkit.terminal.inputs import Inputs
from seqkit.terminal.tables import say

if TYPE_CHECKING:
    from seqkit.decoding.options import DecodingOptions
    from seqkit.tasks.seq2seq.apply import Models
    from seqkit.tasks.seq2seq.lines import LineHandling

MakeWriter = Callable[[BinaryIO], Any]
"""What makes the writer of a file."""


def write_lines(
    models: Models,
    waiting: Remembered,
    options: DecodingOptions,
    out: Path | None,
    make: MakeWriter,
    first: FirstLine,
    inputs: Inputs,
    handling: LineHandling,
    plain: bool = False,
) -> None:
    """Translate to the file, or to standard output. Ends with 130 after Ctrl-C, telling how far it came.

    Args: inputs, the arguments behind `waiting`, if those are lines; plain, whether translations are written as text.
    """
    from seqkit.tasks.seq2seq.apply import translate_sources
    from seqkit.terminal.word_counter import WordCounter

    done = 0
    try:
        with (
            _opened(out, alone=first.path is None) as file,
            metering() as meter,
            WordCounter(
                "translated", "lines", to_file=out is not None, meter=meter, size=inputs.size()
            ) as counter,
        ):
            writer = make(file)
            doubts = Doubts(marks=out is None and plain and sys.stdout.isatty())
            sources = Paced(counter.reading(waiting), paced=inputs.may_pause)
            for translations in translate_sources(models, sources, options, waiting.bad, handling):
                name, source, _, fields = waiting.next()
                translations = doubts.see(translations)
                if fields is None:
                    writer.write(done + 1, name, translations)
                else:
                    writer.write_fields(fields, translations)
                done += 1
                first.see(source, translations)
                counter.add(1)
                if sources.paused:
                    file.flush()
            writer.close()
        say(doubts.summary())
    except KeyboardInterrupt:
        left = f"{out} was not written" if out is not None else "they were written"
        print(f"seqkit: interrupted after {done:,} lines; {left}", file=sys.stderr)
        raise typer.Exit(130) from None


@contextmanager
def _opened(out: Path | None, alone: bool) -> Iterator[BinaryIO]:
    """The file, or standard output. Args: alone, whether nothing else is written."""
    from seqkit.io.atomic import atomic_write

    if out is not None:
        with atomic_write(out) as file:
            yield file
        return
    try:
        yield data_stream_alone() if alone else data_stream()
    finally:
        data_stream().flush()


def writer_for(out: Path | None, format: str, scores: bool, n_best: int) -> MakeWriter:
    """What makes the writer. Raises SeqkitError for a format that there is not, or that has no place for scores."""
    from seqkit.data.files import make_translation_writer
    from seqkit.errors import SeqkitError, did_you_mean
    from seqkit.extend.manager import load, registry
    from seqkit.io.text_files import suffix_of

    specs = [format.spec for format in registry().all("formats") if format.spec.translations]
    formats = {spec.name: spec for spec in specs}
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
    return lambda file: make_translation_writer(formats[chosen], file, n_best)
