"""`seqkit translate` for models that write a file for each output, such as films."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from seqkit.errors import SeqkitError
from seqkit.tasks.seq2seq.command_sources import FileSources, Remembered, Sources

if TYPE_CHECKING:
    from seqkit.examples import RecordErrors
    from seqkit.extend.specs import DecoderSpec


@dataclass(frozen=True)
class FileTarget:
    """Where output files go: one file, numbered files beside it, or numbered files in a folder."""

    out: Path
    decoder: DecoderSpec

    @classmethod
    def of(cls, out: Path | None, decoder: DecoderSpec) -> FileTarget:
        """Raise SeqkitError where --out is missing, or its suffix is none that the decoder writes."""
        known = ", ".join(decoder.suffixes)
        if out is None:
            fix = f"Name it: -o out{decoder.suffixes[0]} ({known}), or a folder."
            raise SeqkitError(f"the model writes '{decoder.name}' to a file", fix, exit_code=2)
        if not out.is_dir() and out.suffix and out.suffix.lower() not in decoder.suffixes:
            fix = f"Choose one of {known}, or a folder that is there."
            raise SeqkitError(f"{out}: '{decoder.name}' is not written as {out.suffix}", fix, exit_code=2)
        if not out.suffix and out.exists() and not out.is_dir():
            raise SeqkitError(f"{out}: is no folder", f"Choose one, or {known}.", exit_code=2)
        if out.suffix and not out.parent.is_dir():
            raise SeqkitError(f"{out}: there is no folder {out.parent}", "Make it first.", exit_code=2)
        return cls(out, decoder)

    def check_apart(self, count: int, files: Sequence[str]) -> None:
        """Raise SeqkitError where one of `count` outputs would replace one of the input files."""
        read = set(map(os.path.realpath, files))
        for number in range(1, count + 1):
            path = self.path(number, count)
            if os.path.realpath(path) in read:
                raise SeqkitError(f"{path}: is an input, too", "Choose another --out.", exit_code=2)

    def path(self, number: int, count: int) -> Path:
        """Of output `number`, from 1, of so many."""
        if self.out.is_dir() or not self.out.suffix:
            return self.out / f"{number}{self.decoder.suffixes[0]}"
        return self.out if count == 1 else self.out.with_stem(f"{self.out.stem}-{number}")


def write_files(
    models: Sequence[Any], sources: Sources, options: Any, target: FileTarget, problems: RecordErrors
) -> None:
    """One file for each source, numbered as the sources are; none for a source that is empty or cannot be read."""
    from seqkit.extend.manager import load
    from seqkit.tasks.seq2seq.apply import outputs_of
    from seqkit.terminal.word_counter import WordCounter

    if not isinstance(sources, FileSources):
        # How they are called depends on how many there are.
        sources = list(sources)
    count = len(sources)
    assert target.decoder.writer is not None
    write = load(target.decoder.writer)
    waiting = Remembered(sources, problems)
    found = outputs_of(models, waiting, options, waiting.bad)
    done = 0
    try:
        with WordCounter("wrote", "files", to_file=True, items=count) as counter:
            for number, outputs in enumerate(found, start=1):
                waiting.next()
                if outputs:
                    path = target.path(number, count)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write(outputs[0].value, path)
                    done += 1
                    counter.add(1)
    except KeyboardInterrupt:
        print(f"seqkit: interrupted after {done:,} file(s), which were written", file=sys.stderr)
        raise typer.Exit(130) from None
