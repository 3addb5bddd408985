"""`seqkit translate`: mark translations in doubt on a terminal, and count them at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seqkit.examples import Translation

MARK = "  (in doubt)"
"""Appended to a line on a terminal; files and pipes get only the translation."""


class Doubts:
    """Counts lines whose best translation is in doubt."""

    def __init__(self, marks: bool) -> None:
        """Args: marks, whether to mark their lines."""
        self.marks = marks
        self.lines = self.unfamiliar = self.doubtful = 0

    def see(self, translations: list[Translation]) -> list[Translation]:
        """Count a line, and return its translations in the form to write."""
        from seqkit.inference.confidence import LEAST_FAMILIARITY

        if not translations:
            return translations
        best = translations[0]
        self.lines += 1
        self.doubtful += best.doubtful
        self.unfamiliar += best.familiarity is not None and best.familiarity < LEAST_FAMILIARITY
        if not (self.marks and best.doubtful):
            return translations
        return [best._replace(text=best.text + MARK), *translations[1:]]

    def summary(self) -> str:
        """A line about translations in doubt; "" if there are none."""
        if not self.doubtful:
            return ""
        lines = "1 line is" if self.lines == 1 else f"{self.doubtful:,} of {self.lines:,} lines are"
        unlike = f", {self.unfamiliar:,} of them unlike anything in training" if self.unfamiliar else ""
        return f"{lines} in doubt{unlike}; see --scores"
