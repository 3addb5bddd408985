"""Translations as lines of text, as JSON Lines with scores, or as a table of scores."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import BinaryIO, Protocol

from seqkit.examples import Translation

BREAKS = re.compile("\r\n|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
DIGITS = 6
"""Decimals of a score."""


class TranslationWriter(Protocol):
    """Takes the translations of one line of input after the other.

    It is made as `writer(binary_file, n_best)`, where `n_best` is the number of translations asked for of each line.
    """

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """The translations of line `line` (from 1), the best first; none for an empty line."""

    def close(self) -> None:
        """Write what belongs at the end. The file stays open."""


class Lines:
    """The texts alone: one line for each line of input, or `count` where so many were asked for.

    A source with fewer translations leaves empty lines, so that line i of the output still tells line i of the input.
    """

    def __init__(self, file: BinaryIO, count: int = 1) -> None:
        self._file = file
        self._count = count

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write exactly `count` lines."""
        texts = [one_line(translation.text) for translation in translations[: self._count]]
        texts += [""] * (self._count - len(texts))
        self._file.write("".join(f"{text}\n" for text in texts).encode())

    def close(self) -> None:
        """Nothing is left to do: every line is complete."""


class JsonLines:
    """`{"line": 1, "source": "…", "translations": [{"text": "…", "score": -0.4, "log_prob": -3.1}]}`, one a line."""

    def __init__(self, file: BinaryIO, count: int = 1) -> None:
        self._file = file

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write one object; without translations the list is empty."""
        record = {
            "line": line,
            "source": source,
            "translations": [
                {"text": text, "score": round(score, DIGITS), "log_prob": round(log_prob, DIGITS)}
                for text, score, log_prob in translations
            ],
        }
        self._file.write((json.dumps(record, ensure_ascii=False) + "\n").encode())

    def close(self) -> None:
        """Nothing is left to do: every line is complete."""


class Rows:
    """Parquet: the columns of `Table`, one row a translation; a line without translations has one of rank 0."""

    def __init__(self, file: BinaryIO, count: int = 1) -> None:
        from seqkit.formats.parquet import RecordWriter

        self._rows = RecordWriter(file)

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write one row a translation."""
        for rank, (text, score, log_prob) in enumerate(translations, 1):
            self._write(line, source, rank, score, log_prob, text)
        if not translations:
            self._write(line, source, 0, None, None, "")

    def _write(self, line: int, source: str, rank: int, *found: float | str | None) -> None:
        score, log_prob, text = found
        row = {"line": line, "source": source, "rank": rank, "score": score, "log_prob": log_prob}
        self._rows.write_record({**row, "text": text})

    def close(self) -> None:
        """Write the footer."""
        self._rows.close()


class Table:
    """A header, then line, rank, score, log_prob and text of each translation, with tabs between.

    A line without translations has one row of rank 0 with empty fields.
    """

    def __init__(self, file: BinaryIO, count: int = 1) -> None:
        self._file = file
        self._file.write(b"line\trank\tscore\tlog_prob\ttext\n")

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write one row a translation."""
        rows = [
            f"{line}\t{rank}\t{score:.{DIGITS}f}\t{log_prob:.{DIGITS}f}\t{one_line(text)}\n"
            for rank, (text, score, log_prob) in enumerate(translations, 1)
        ]
        self._file.write("".join(rows or [f"{line}\t0\t\t\t\n"]).encode())

    def close(self) -> None:
        """Nothing is left to do: every line is complete."""


def one_line(text: str) -> str:
    """The text with a space in place of each tab and line break."""
    return BREAKS.sub(" ", text)
