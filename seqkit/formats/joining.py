"""One file out of the outputs for its parts, in order: what `FormatSpec.join` names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from seqkit.errors import SeqkitError

BLOCK = 1 << 20
SENTENCE = re.compile(rb"^# sent_id = (\d+)$", re.MULTILINE)


def concatenate(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """The parts one after another. Args: fresh, whether numbers that a writer gave count on; there are none here."""
    for part in parts:
        shutil.copyfileobj(part, file, BLOCK)


def conllu(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """Blocks of CoNLL-U. Args: fresh, whether `sent_id` is the writer's own count, which goes on from part to part."""
    if not fresh:
        concatenate(parts, file, fresh)
        return
    before = 0
    for part in parts:
        count = before
        for lines in _line_blocks(part):
            if before == 0:
                if numbers := SENTENCE.findall(lines):
                    count = int(numbers[-1])
                file.write(lines)
                continue
            lines, count = _renumbered(lines, before, count)
            file.write(lines)
        before = count


def _renumbered(lines: bytes, before: int, count: int) -> tuple[bytes, int]:
    """The lines with `before` added to each number, and the last number."""
    last = count

    def moved(found: re.Match[bytes]) -> bytes:
        nonlocal last
        last = before + int(found[1])
        return b"# sent_id = %d" % last

    return SENTENCE.sub(moved, lines), last


def _line_blocks(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file, about `BLOCK` at a time, each time whole lines."""
    while block := file.read(BLOCK):
        yield block + file.readline()


def tables(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """Tables with a header, which is written once. Raises SeqkitError if parts have other columns."""
    header = b""
    for number, part in enumerate(parts):
        own = part.readline()
        if number == 0:
            header = own
            file.write(own)
        elif own != header:
            columns = " and ".join(repr(line.decode().strip()) for line in (header, own))
            raise SeqkitError(f"parts of a file have other columns: {columns}", "Write JSON Lines.")
        shutil.copyfileobj(part, file, BLOCK)


def parquet(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """Row groups of Parquet."""
    from seqkit.formats.parquet import join

    join(parts, file)
