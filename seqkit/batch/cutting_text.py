"""Divide running text between paragraphs, at the positions that `seqkit.text.paragraphs` allows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from seqkit.batch.cutting import EMPTY_LINE, Cutter, End, Place
from seqkit.formats.plain import PIECE, character_end, pieces
from seqkit.io.segment import Segment
from seqkit.io.text_files import BOM, decode
from seqkit.text.paragraphs import cuts

LINE = 1 << 16
"""Maximum bytes of the lines around an empty line for which the fast search divides a text."""


class Text(Cutter):
    """Divides running text."""

    def end(self, buffer: bytes, start: Place, last: bool) -> End | None:
        """Find the end of the last paragraph below the limit: at an empty line (fast), else among all cuts."""
        begins, size = start.byte == 0, self.limits.size
        if last and len(buffer) <= size:
            return _ended(buffer, len(buffer), begins)
        at = _after_empty_line(buffer, size)
        if at is None:
            at = _by_paragraphs(buffer, size, begins, last)
        return None if at is None else _ended(buffer, at, begins)


def _ended(buffer: bytes, at: int, begins: bool) -> End:
    data = buffer[:at]
    text = decode(data.removeprefix(BOM) if begins else data)
    characters = len(text) if isinstance(text, str) else sum(len(kept) for _, kept in kept_text(data, begins))
    return End(at, data.count(b"\n"), 0, characters)


def _after_empty_line(buffer: bytes, size: int) -> int | None:
    """The last position below the limit between an empty line and text, with text before it; None if there is none."""
    stop = size
    for _ in range(8):
        ends = [buffer.rfind(mark, 0, stop) + len(mark) for mark in EMPTY_LINE if mark in buffer[:stop]]
        if not ends:
            return None
        at = max(ends)
        if _is_text(_line_after(buffer, at)) and _is_text(_line_before(buffer, at)):
            return at
        stop = at - 1
    return None


def _line_after(buffer: bytes, at: int) -> bytes:
    """The line that begins at `at`; b"" if it is incomplete or long."""
    end = buffer.find(b"\n", at, at + LINE)
    return buffer[at:end] if end >= 0 else b""


def _line_before(buffer: bytes, at: int) -> bytes:
    """The line before the empty line that ends at `at`; b"" if it is long."""
    line = buffer[max(at - LINE, 0) : at].rstrip(b"\r\n")
    start = line.rfind(b"\n") + 1
    return line[start:] if start or at <= LINE else b""


def _is_text(line: bytes) -> bool:
    """Whether a line is text that does not begin with white space."""
    text = decode(line)
    return isinstance(text, str) and bool(text) and not text[0].isspace() and text[0] != "\ufeff"


def _by_paragraphs(buffer: bytes, size: int, begins: bool, last: bool) -> int | None:
    """The last cut below the limit that later bytes cannot change, else the first one after it."""
    window = buffer if last else _certain(buffer)
    kept = list(kept_text(window, begins))
    positions = list(cuts("".join(text for _, text in kept), last=False))
    if not positions:
        return None
    places = list(_bytes_of(kept, positions))
    below = [at for at in places if at <= size]
    return below[-1] if below else places[0]


def _certain(buffer: bytes) -> bytes:
    """The complete lines, and complete pieces of a long line: later bytes may make the rest invalid."""
    line = buffer.rfind(b"\n") + 1
    whole = buffer[: line + (len(buffer) - line) // PIECE * PIECE]
    return whole[: character_end(whole)]


def _bytes_of(kept: list[tuple[int, str]], positions: list[int]) -> Iterator[int]:
    """Convert positions in characters of the kept text to positions in bytes."""
    starts, count = [], 0
    for _, text in kept:
        starts.append(count)
        count += len(text)
    for at in positions:
        index = bisect_right(starts, at) - 1
        byte, text = kept[index]
        yield byte + len(text[: at - starts[index]].encode())


def kept_text(data: bytes, begins: bool) -> Iterator[tuple[int, str]]:
    """Yield the text that the reader keeps, as (position in bytes, text). Bad lines end before their first bad part."""
    at = len(BOM) if begins and data.startswith(BOM) else 0
    whole = decode(data[at:])
    if isinstance(whole, str):
        yield at, whole
        return
    bad_line = 0
    for line, start, piece in pieces(Segment("", data, line=1 if begins else 2)):
        text = decode(piece, start)
        if isinstance(text, str) and line != bad_line:
            yield at, text
        else:
            bad_line = line
            if piece.endswith(b"\n"):
                yield at + len(piece) - 1, "\n"
        at += len(piece)
