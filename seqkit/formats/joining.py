"""Join the outputs for the parts of a file, in order; `FormatSpec.join` names these functions."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from seqkit.errors import SeqkitError

BLOCK = 1 << 20
SENTENCE = re.compile(rb"^# sent_id = (\d+)$", re.MULTILINE)


def concatenate(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """Concatenate the parts. Args: fresh, as in `conllu`; ignored, because there are no numbers."""
    for part in parts:
        shutil.copyfileobj(part, file, BLOCK)


def conllu(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """Join blocks of CoNLL-U. Args: fresh, whether the writer numbered `sent_id`; then sentences are renumbered."""
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
    """Add `before` to each number in the lines. Returns the lines and the last number."""
    last = count

    def renumbered(match: re.Match[bytes]) -> bytes:
        nonlocal last
        last = before + int(match[1])
        return b"# sent_id = %d" % last

    return SENTENCE.sub(renumbered, lines), last


def _line_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file as complete lines, about `BLOCK` bytes at a time."""
    while block := file.read(BLOCK):
        yield block + file.readline()


def tables(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """Join tables under one header. Raises SeqkitError if the parts have different columns."""
    header = b""
    for number, part in enumerate(parts):
        first_line = part.readline()
        if number == 0:
            header = first_line
            file.write(first_line)
        elif first_line != header:
            columns = " and ".join(repr(line.decode().strip()) for line in (header, first_line))
            raise SeqkitError(
                f"the outputs for a file have different columns: {columns}", "Write JSON Lines."
            )
        shutil.copyfileobj(part, file, BLOCK)


def parquet(parts: Sequence[BinaryIO], file: BinaryIO, fresh: bool) -> None:
    """Join Parquet files by copying their row groups."""
    from seqkit.formats.parquet import join

    join(parts, file)
