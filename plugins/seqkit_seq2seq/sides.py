"""What the text encoder and the text decoder know of lines, in torch and in numpy alike."""

from __future__ import annotations

from collections.abc import Sequence

from seqkit import SeqkitError
from seqkit.text.languages import is_unspaced
from seqkit.text.piece_lines import LinePieces, cut, one_line, plain_line
from seqkit.text.placeholders import SYMBOLS
from seqkit.text.subword import Subword

LONGEST = 128
"""Pieces read at once; a longer line is cut, unless most lines of the training were longer."""
UNKNOWN = 0
"""SentencePiece's unknown piece: read in training, never written."""


class SourceLines:
    """Lines that are read."""

    reads_symbols = True
    """Its steps are symbols, as those of what is written: the length of the one tells of that of the other."""
    subword: Subword
    pieces: LinePieces
    longest: int = LONGEST
    """Pieces read at once."""

    def lengths(self, inputs: Sequence[str]) -> list[int]:
        """Pieces of each line."""
        return [len(ids) + 1 for ids in self.pieces.ids([plain_line(line) for line in inputs])]

    def parts(self, input: str) -> list[str]:
        """A long line cut where a sentence ends, else between words; an empty one has no part."""
        return cut(plain_line(input), self.pieces, self.longest)

    def knows(self, character: str) -> bool:
        """Whether a character, or what it is composed of, is among the pieces."""
        return any(map(self.subword.has, plain_line(character)))

    def labels(self, input: str) -> list[str]:
        """The pieces of a line, and its end."""
        (ids,) = self.pieces.ids([plain_line(input)])
        return [*(self.subword.piece(number) for number in ids), "</s>"]


class TargetLines:
    """Lines that are written."""

    joins_parts = True
    subword: Subword
    pieces: LinePieces

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Symbols that stand for protected parts, if the model was trained with them."""
        return tuple(symbol for symbol in SYMBOLS if self.subword.has(symbol))

    def lengths(self, targets: Sequence[str]) -> list[int]:
        """Pieces of each line."""
        return [len(ids) + 1 for ids in self.pieces.ids([one_line(line) for line in targets])]

    def symbols(self, target: str) -> list[int]:
        """The pieces of a line, or of its beginning. Raises SeqkitError where a character is in none."""
        (ids,) = self.pieces.ids([one_line(target)])
        if UNKNOWN in ids:
            strange = "".join(c for c in dict.fromkeys(target) if UNKNOWN in self.pieces.ids([c])[0])
            raise SeqkitError(f"the model cannot write {strange!r}", "Leave it out.", exit_code=2)
        return ids

    def read(self, symbols: Sequence[int]) -> str:
        """The text that pieces make."""
        return " ".join(self.subword.decode(symbols).split())

    def labels(self, target: str) -> list[str]:
        """The pieces of a line, and its end: one for each step of the attention."""
        (ids,) = self.pieces.ids([one_line(target)])
        return [*(self.subword.piece(number) for number in ids), "</s>"]

    def join(self, outputs: Sequence[str]) -> str:
        """The translations of the parts of a long line as one."""
        return ("" if is_unspaced("".join(outputs)) else " ").join(filter(None, outputs))
