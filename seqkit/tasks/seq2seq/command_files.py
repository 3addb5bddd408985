"""`seqkit translate` for models that write a file for each output, such as films."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from seqkit.errors import SeqkitError
from seqkit.tasks.application import ApplyRequest
from seqkit.tasks.seq2seq.items import Item

if TYPE_CHECKING:
    from seqkit.extend.specs import DecoderSpec
    from seqkit.tasks.applying import Bad
    from seqkit.tasks.contract import Task
    from seqkit.tasks.seq2seq.apply import Models


@dataclass(frozen=True)
class FileTarget:
    """The paths of output files: one file, numbered files next to it, or numbered files in a folder."""

    out: Path
    decoder: DecoderSpec

    @classmethod
    def of(cls, out: Path | None, decoder: DecoderSpec) -> FileTarget:
        """Raise SeqkitError if --out is missing, or the decoder does not write its suffix."""
        known = ", ".join(decoder.suffixes)
        if out is None:
            fix = f"Name it: -o out{decoder.suffixes[0]} ({known}), or a folder."
            raise SeqkitError(f"the model writes '{decoder.name}' to a file", fix, exit_code=2)
        if not out.is_dir() and out.suffix and out.suffix.lower() not in decoder.suffixes:
            fix = f"Choose one of {known}, or an existing folder."
            raise SeqkitError(f"{out}: '{decoder.name}' is not written as {out.suffix}", fix, exit_code=2)
        if not out.suffix and out.exists() and not out.is_dir():
            raise SeqkitError(f"{out}: is not a folder", f"Choose one, or {known}.", exit_code=2)
        if out.suffix and not out.parent.is_dir():
            raise SeqkitError(
                f"{out}: the folder {out.parent} does not exist", "Create it first.", exit_code=2
            )
        return cls(out, decoder)

    def check_apart(self, count: int, files: Sequence[str]) -> None:
        """Raise SeqkitError if one of `count` outputs would replace an input file."""
        read = set(map(os.path.realpath, files))
        for number in range(1, count + 1):
            path = self.path(number, count)
            if os.path.realpath(path) in read:
                raise SeqkitError(f"{path}: is also an input", "Choose another --out.", exit_code=2)

    def path(self, number: int, count: int) -> Path:
        """The path of output `number` (from 1) of `count` outputs."""
        if self.out.is_dir() or not self.out.suffix:
            return self.out / f"{number}{self.decoder.suffixes[0]}"
        return self.out if count == 1 else self.out.with_stem(f"{self.out.stem}-{number}")


@dataclass(frozen=True)
class FileCommand:
    """A call of the command that writes one file for each source, numbered as the sources are."""

    task: Task
    request: ApplyRequest
    target: FileTarget
    count: int
    """Of the sources."""

    def run(self, models: Models, items: Iterable[Item], bad: Bad) -> None:
        """Write the files, without those of sources that are empty or cannot be read. Ends with 130 after Ctrl-C."""
        from seqkit.extend.manager import load
        from seqkit.tasks.applying import applied
        from seqkit.terminal.word_counter import WordCounter

        write, done = load(str(self.target.decoder.writer)), 0
        try:
            with WordCounter("wrote", "files", to_file=True, items=self.count) as counter:
                for number, _, outputs in applied(self.task, models, items, self.request, bad=bad):
                    if outputs:
                        path = self.target.path(number + 1, self.count)
                        path.parent.mkdir(parents=True, exist_ok=True)
                        write(outputs[0].value, path)
                        done += 1
                        counter.add(1)
        except KeyboardInterrupt:
            print(f"seqkit: interrupted after {done:,} file(s), which were written", file=sys.stderr)
            raise typer.Exit(130) from None
