"""Write translations as lines of text, as JSON Lines with scores, or as a table of scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import BinaryIO, Protocol

from seqkit.examples import Translation
from seqkit.formats.cells import one_line

DIGITS = 6
"""Decimal places of a score."""
TRUST_DIGITS = 3
"""Decimal places of confidence, familiarity and agreement."""
SCORES = ("score", "log_prob", "confidence", "familiarity", "agreement", "text")
"""Columns of a translation; confidence and familiarity are empty without calibration, agreement without samples."""


class TranslationWriter(Protocol):
    """A writer of translations, created as `writer(binary_file, n_best)`, n_best translations per line of input."""

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write the translations of line `line` (from 1), best first; none for an empty line."""

    def close(self) -> None:
        """Write the end of the output. The file stays open."""


class Lines:
    """Writes only the texts: `count` lines (by default one) for each line of input.

    Empty lines replace missing translations, so that output lines can be matched to input lines.
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
        """Do nothing: every line is complete."""


class JsonLines:
    """Writes one JSON object per line of input.

    `{"line": 1, "source": "…", "translations": [{"text": "…", "score": -0.4, "log_prob": -3.1}]}`
    """

    def __init__(self, file: BinaryIO, count: int = 1) -> None:
        self._file = file

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write one object; without translations the list is empty."""
        record = {
            "line": line,
            "source": source,
            "translations": [
                {
                    "text": one.text,
                    "score": round(one.score, DIGITS),
                    "log_prob": round(one.log_prob, DIGITS),
                    **_trust(one),
                    **({} if one.agreement is None else {"agreement": rounded_trust(one.agreement)}),
                }
                for one in translations
            ],
        }
        self._file.write((json.dumps(record, ensure_ascii=False) + "\n").encode())

    def close(self) -> None:
        """Do nothing: every line is complete."""


def rounded_trust(share: float | None) -> float | None:
    """A confidence, familiarity or agreement with the digits that are written."""
    return None if share is None else round(share, TRUST_DIGITS)


def _trust(one: Translation) -> dict[str, float | bool | None]:
    """Confidence, familiarity and doubt of a translation; empty without calibration."""
    if one.confidence is None or one.familiarity is None:
        return {}
    return {
        "confidence": rounded_trust(one.confidence),
        "familiarity": rounded_trust(one.familiarity),
        "doubtful": one.doubtful,
    }


class Rows:
    """Writes Parquet: the columns of `Table` and the source, one row per translation.

    A line without translations has one row of rank 0.
    """

    def __init__(self, file: BinaryIO, count: int = 1) -> None:
        from seqkit.formats.parquet import RecordWriter

        self._rows = RecordWriter(file)

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write one row per translation."""
        for rank, one in enumerate(translations, 1):
            trust = one.confidence, one.familiarity, one.agreement
            self._write(line, source, rank, one.score, one.log_prob, *trust, one.text)
        if not translations:
            self._write(line, source, 0, None, None, None, None, None, "")

    def _write(self, line: int, source: str, rank: int, *scores: float | str | None) -> None:
        row: dict[str, float | str | None] = {"line": line, "source": source, "rank": rank}
        self._rows.write_record({**row, **dict(zip(SCORES, scores, strict=True))})

    def close(self) -> None:
        """Write the footer."""
        self._rows.close()


class Table:
    """Writes a header, then line, rank, and `SCORES` of each translation, separated by tabs.

    A line without translations has one row of rank 0 with empty fields.
    """

    def __init__(self, file: BinaryIO, count: int = 1) -> None:
        self._file = file
        self._file.write(("\t".join(["line", "rank", *SCORES]) + "\n").encode())

    def write(self, line: int, source: str, translations: Sequence[Translation]) -> None:
        """Write one row per translation."""
        rows = [
            f"{line}\t{rank}\t{one.score:.{DIGITS}f}\t{one.log_prob:.{DIGITS}f}"
            f"\t{_shown(one.confidence)}\t{_shown(one.familiarity)}\t{_shown(one.agreement)}\t{one_line(one.text)}\n"
            for rank, one in enumerate(translations, 1)
        ]
        self._file.write("".join(rows or [f"{line}\t0\t\t\t\t\t\t\n"]).encode())

    def close(self) -> None:
        """Do nothing: every line is complete."""


def _shown(share: float | None) -> str:
    return "" if share is None else f"{share:.{TRUST_DIGITS}f}"
