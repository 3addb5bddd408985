"""Cut running text between paragraphs, where `seqkit.text.paragraphs` cuts it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from seqkit.batch.cutting import EMPTY_LINE, Cutter, End, Place
from seqkit.formats.plain import PIECE, character_end, pieces
from seqkit.io.segment import Segment
from seqkit.io.text_files import BOM, decode
from seqkit.text.paragraphs import cuts

LINE = 1 << 16
"""Longest line before or after an empty line where text is cut without a look at all paragraphs."""


class Text(Cutter):
    """Running text."""

    def end(self, held: bytes, start: Place, last: bool) -> End | None:
        """After the last paragraph below the limit; quickly where an empty line ends it, else by all cuts."""
        begins, size = start.byte == 0, self.limits.size
        if last and len(held) <= size:
            return _ended(held, len(held), begins)
        at = _after_empty_line(held, size)
        if at is None:
            at = _by_paragraphs(held, size, begins, last)
        return None if at is None else _ended(held, at, begins)


def _ended(held: bytes, at: int, begins: bool) -> End:
    data = held[:at]
    text = decode(data.removeprefix(BOM) if begins else data)
    characters = len(text) if isinstance(text, str) else sum(len(kept) for _, kept in kept_text(data, begins))
    return End(at, data.count(b"\n"), 0, characters)


def _after_empty_line(held: bytes, size: int) -> int | None:
    """The last place below the limit between an empty line and text, with text before it; None if none is found."""
    stop = size
    for _ in range(8):
        ends = [held.rfind(mark, 0, stop) + len(mark) for mark in EMPTY_LINE if mark in held[:stop]]
        if not ends:
            return None
        at = max(ends)
        if _is_text(_line_after(held, at)) and _is_text(_line_before(held, at)):
            return at
        stop = at - 1
    return None


def _line_after(held: bytes, at: int) -> bytes:
    """The line that begins there; empty where it is not whole, or long."""
    end = held.find(b"\n", at, at + LINE)
    return held[at:end] if end >= 0 else b""


def _line_before(held: bytes, at: int) -> bytes:
    """The line before an empty line that ends there; empty where it is long."""
    line = held[max(at - LINE, 0) : at].rstrip(b"\r\n")
    start = line.rfind(b"\n") + 1
    return line[start:] if start or at <= LINE else b""


def _is_text(line: bytes) -> bool:
    """Whether the reader takes a line, and it begins with no white space."""
    text = decode(line)
    return isinstance(text, str) and bool(text) and not text[0].isspace() and text[0] != "\ufeff"


def _by_paragraphs(held: bytes, size: int, begins: bool, last: bool) -> int | None:
    """The last certain cut below the limit, else the first one."""
    window = held if last else _certain(held)
    kept = list(kept_text(window, begins))
    found = list(cuts("".join(text for _, text in kept), last=False))
    if not found:
        return None
    places = list(_bytes_of(kept, found))
    below = [at for at in places if at <= size]
    return below[-1] if below else places[0]


def _certain(held: bytes) -> bytes:
    """Whole lines, and of a long one the pieces that are read at once: what follows may show that the rest is bad."""
    line = held.rfind(b"\n") + 1
    whole = held[: line + (len(held) - line) // PIECE * PIECE]
    return whole[: character_end(whole)]


def _bytes_of(kept: list[tuple[int, str]], found: list[int]) -> Iterator[int]:
    """The place in bytes of each place in characters of the text that is kept."""
    starts, count = [], 0
    for _, text in kept:
        starts.append(count)
        count += len(text)
    for at in found:
        index = bisect_right(starts, at) - 1
        byte, text = kept[index]
        yield byte + len(text[: at - starts[index]].encode())


def kept_text(data: bytes, begins: bool) -> Iterator[tuple[int, str]]:
    """What the reader keeps of some bytes, as (place in bytes, text): bad lines are left out from the bad part on."""
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
