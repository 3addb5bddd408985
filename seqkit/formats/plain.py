"""Read plain text: running text in segments of bounded size, or one tokenized sentence per line.

A byte order mark is removed. CRLF is ordinary white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.io.atomic import readable
from seqkit.io.limits import current_limits, how_to_raise
from seqkit.io.pipes import PausingReader
from seqkit.io.segment import Segment, first_line
from seqkit.io.text_files import BOM, FilePath, NotText, decode, faults_located, opened, text_lines

MAX_SEGMENT = 100_000
"""Maximum characters of a segment."""
PIECE = 1 << 16
"""Maximum bytes of a line per read."""
TOKEN = re.compile(r"[^ \t\r\n]+")


def read(path: FilePath, problems: RecordErrors) -> Iterator[RawText]:
    """Yield running text in segments of at most MAX_SEGMENT characters.

    Segments end after a paragraph, else after a line, else after white space, else anywhere. Their concatenation is the
    file's text; memory is bounded for lines of any length. A line that is not UTF-8 or contains a NUL goes to
    `problems`; if it is skipped, its line end is kept.
    """
    name = str(path)
    document: str | None = "stdin" if name == "-" else readable(Path(name).name)
    offset, line = 0, first_line(path)
    if isinstance(path, Segment):
        document, offset = document if path.begins else None, path.offset
    for text, last in _segments(_texts(path, problems)):
        yield RawText(text, SourceLocation(name, line), offset, document, last=last)
        document = None
        offset += len(text)
        line += text.count("\n")


def read_tokens(path: FilePath, problems: RecordErrors) -> Iterator[Sentence]:
    """Yield tokenized sentences: one per line, words separated by spaces or tabs.

    An empty line yields a sentence without words, so that output can be matched to input line by line.
    """
    most = current_limits().words
    for where, line in text_lines(path, problems):
        words = words_of(line)
        if len(words) > most:
            problems.bad(where, f"a sentence of more than {most:,} words", how_to_raise("words"))
            words = []
        yield Sentence(words, where=where)


def words_of(line: str) -> list[str]:
    """Split a line into words at spaces and tabs. Other white space, as in `1\u00a0000`, is part of a word."""
    return [word for word in TOKEN.findall(line) if not word.isspace()]


def _segments(pieces: Iterator[str | None]) -> Iterator[tuple[str, bool]]:
    """Join `pieces`, and split them at the best positions.

    Args: pieces, texts, and None for a pause of the input. Yields each segment, and whether the input pauses after it.
    """
    waiting: list[str] = []
    length = 0
    for piece in pieces:
        if piece is None:
            if length and waiting[-1].endswith("\n"):
                yield "".join(waiting), True
                waiting, length = [], 0
            continue
        waiting.append(piece)
        length += len(piece)
        if length > MAX_SEGMENT:
            text = "".join(waiting)
            while len(text) > MAX_SEGMENT:
                end = _best_cut(text[:MAX_SEGMENT])
                yield text[:end], False
                text = text[end:]
            waiting, length = [text], len(text)
    if length:
        yield "".join(waiting), False


def _best_cut(text: str) -> int:
    """The number of characters of `text` that become a segment."""
    for marks in (("\n\n", "\n\r\n"), ("\n",)):
        ends = [text.rfind(mark) + len(mark) for mark in marks if mark in text]
        if ends:
            return max(ends)
    if text[-1].isspace():
        return len(text)
    last_word = text.rsplit(maxsplit=1)[-1]
    return len(text) - len(last_word) or len(text)


def _texts(path: FilePath, problems: RecordErrors) -> Iterator[str | None]:
    """Yield the text by lines or parts of long lines, and None for a pause of the input.

    A bad line is skipped from its first bad part on.
    """
    bad_line = 0
    for line, start, data in _pieces_and_pauses(path):
        if data is None:
            yield None
            continue
        text = decode(data, start)
        if isinstance(text, str) and line != bad_line:
            yield text
            continue
        if isinstance(text, NotText) and line != bad_line:
            problems.bad(SourceLocation(str(path), line), text.reason, text.fix)
        bad_line = line
        if data.endswith(b"\n"):
            yield "\n"


def pieces(path: FilePath) -> Iterator[tuple[int, int, bytes]]:
    """Yield lines, long ones in parts split between characters: line number, offset in the line in bytes, bytes."""
    for line, start, data in _pieces_and_pauses(path):
        if data is not None:
            yield line, start, data


def _pieces_and_pauses(path: FilePath) -> Iterator[tuple[int, int, bytes | None]]:
    """Like `pieces`, and yield None in place of the bytes for a pause of the input."""
    line, start, rest = first_line(path), 0, b""
    with opened(path) as file, faults_located(path, lambda: line):
        pipe = file if isinstance(file, PausingReader) else None
        if pipe is not None:
            pipe.report_pauses()
        while (data := file.readline(PIECE)) or (pipe is not None and pipe.paused):
            if not data:
                yield line, start, None
                continue
            if line == 1 and start == 0:
                data = data.removeprefix(BOM)
            data = rest + data
            end = character_end(data)
            piece, rest = data[:end], data[end:]
            yield line, start, piece
            start += end
            if piece.endswith(b"\n"):
                line, start = line + 1, 0
        if rest:
            yield line, start, rest


def character_end(data: bytes) -> int:
    """Return the index after the last complete UTF-8 character."""
    for back in range(1, min(4, len(data) + 1)):
        if data[-back] >= 0xC0:
            return len(data) - back
        if data[-back] < 0x80:
            break
    return len(data)
