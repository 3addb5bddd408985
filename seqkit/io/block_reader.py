"""Read files whose records are blocks of lines, each followed by an empty line, many blocks at a time.

Reading line by line would take more time than all other steps of reading CoNLL-U; this reader decodes and splits whole
chunks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from seqkit.examples import RecordErrors, SourceLocation
from seqkit.io.limits import current_limits, how_to_raise, too_long
from seqkit.io.segment import first_line
from seqkit.io.text_files import BOM, FilePath, NotText, decode, faults_located, opened

LINE_END = re.compile(rb"\r+\n")
CHUNK = 1 << 20
"""Bytes per read. Memory use exceeds a few chunks only if a single block is longer."""


class BlockReader:
    """Iterates over the blocks of a file: the number of the first line, and the lines without the final empty one.

    Format errors (byte order mark, CRLF, a surplus empty line, a missing one at the end) go to `problems` as
    recoverable, blocks that are not text as bad.
    """

    def __init__(self, path: FilePath, problems: RecordErrors) -> None:
        self.path, self._name = path, str(path)
        self.problems = problems
        self._line = first_line(path)
        self._crlf_reported = False
        self._limits = current_limits()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        with opened(self.path) as file, faults_located(self.path, lambda: self._line):
            for data in self._chunks(file):
                yield from self._blocks(data)

    def _chunks(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield many complete blocks at a time, each with its empty line."""
        rest = b""
        while data := file.read(max(CHUNK, len(rest))):
            rest = self._repaired(rest + data)
            whole = rest[: rest.rfind(b"\n\n") + 1].rstrip(b"\n")
            if whole:
                yield whole + b"\n\n"
                rest = rest[len(whole) + 2 :]
            elif len(rest) > self._limits.record:
                rest = self._skipped(rest, file)
        if not rest.strip(b"\n"):
            self._surplus(len(rest))
            return
        if isinstance(decode(rest), str):
            self._recoverable(rest.count(b"\n", 0, -1), *_unfinished(rest))
        yield rest.rstrip(b"\n") + b"\n\n"

    def _skipped(self, start: bytes, file: BinaryIO) -> bytes:
        """Report a block that is too long, read to its end, and return the bytes after it."""
        self._bad(too_long("record", "a sentence"), "record")
        data, self._line = start, self._line + start.count(b"\n", 0, -1)
        while more := file.read(CHUNK):
            data = LINE_END.sub(b"\n", data[-2:] + more)
            end = data.find(b"\n\n") + 2
            self._line += data.count(b"\n", 1, end if end > 1 else -1)
            if end > 1:
                return data[end:]
        return b""

    def _bad(self, reason: str, limit: str) -> None:
        self.problems.bad(SourceLocation(self._name, self._line), reason, how_to_raise(limit))

    def _repaired(self, data: bytes) -> bytes:
        """Return `data` without a byte order mark and without CR at line ends."""
        if self._line == 1 and data.startswith(BOM):
            self._recoverable(0, "a byte order mark at the start", "Save the file as UTF-8 without one.")
            data = data.removeprefix(BOM)
        if b"\r\n" in data and not self._crlf_reported:
            self._report_crlf(data, data.index(b"\r\n"))
        # Replace all CRs: the rest of a chunk passes through here again.
        return LINE_END.sub(b"\n", data) if b"\r\n" in data else data

    def _report_crlf(self, data: bytes, at: int) -> None:
        """Report CRLF once for each file, except in lines that are not text, which are reported anyway."""
        if isinstance(decode(data[data.rfind(b"\n", 0, at) + 1 : at]), str):
            self._crlf_reported = True
            lines_on = data.count(b"\n", 0, at)
            self._recoverable(lines_on, "the lines end in CRLF", "Convert the file with `dos2unix`.")

    def _blocks(self, data: bytes) -> Iterator[tuple[int, list[str]]]:
        text = decode(data)
        pieces = iter(text.split("\n\n")[:-1]) if isinstance(text, str) else self._readable(data)
        for piece in pieces:
            if not piece or piece[0] == "\n":
                block = piece.lstrip("\n")
                self._surplus(len(piece) - len(block) if block else 2)
                if not block:
                    continue
                piece = block
            count = piece.count("\n") + 1
            if self._is_short(piece, count):
                yield self._line, piece.split("\n")
            self._line += count + 1

    def _is_short(self, piece: str, count: int) -> bool:
        """Whether a block is within the limits; reports one that is not. Args: count, its number of lines."""
        if count > self._limits.words:
            self._bad(f"a sentence of more than {self._limits.words:,} lines", "words")
        elif 4 * len(piece) > self._limits.record and len(piece.encode()) > self._limits.record:
            self._bad(too_long("record", "a sentence"), "record")
        else:
            return True
        return False

    def _surplus(self, count: int) -> None:
        """Skip empty lines where a block should start."""
        if count:
            self._recoverable(0, "an empty line where a sentence should start", "Delete it.")
            self._line += count

    def _readable(self, data: bytes) -> Iterator[str]:
        """Yield the pieces of a chunk that are text; report and count the others."""
        for piece in data.split(b"\n\n")[:-1]:
            text = decode(piece)
            if isinstance(text, str):
                yield text
                continue
            self._not_text(piece)
            self._line += piece.count(b"\n") + 2

    def _not_text(self, piece: bytes) -> None:
        for number, line in enumerate(piece.split(b"\n"), self._line):
            fault = decode(line)
            if isinstance(fault, NotText):
                self.problems.bad(SourceLocation(self._name, number), fault.reason, fault.fix)
                return

    def _recoverable(self, lines_on: int, reason: str, fix: str) -> None:
        self.problems.recoverable(SourceLocation(self._name, self._line + lines_on), reason, fix)


def _unfinished(rest: bytes) -> tuple[str, str]:
    if rest.endswith(b"\n"):
        return "no empty line after the last sentence", "Is the file whole? If so, add an empty line."
    return "no line end after the last line", "Is the file whole? If so, add a line end and an empty line."
