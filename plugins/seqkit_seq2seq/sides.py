"""Lines as pieces: common parts of the text encoder and decoder in torch and numpy."""

from __future__ import annotations

from collections.abc import Sequence

from seqkit import SeqkitError
from seqkit.text.languages import is_unspaced
from seqkit.text.piece_lines import LinePieces, cut, one_line, plain_line
from seqkit.text.placeholders import SYMBOLS
from seqkit.text.subword import Subword

LONGEST = 128
"""Maximum pieces of a part of a line; longer lines are divided, unless most training lines were longer."""
UNKNOWN = 0
"""SentencePiece's unknown piece: an input in training, never an output."""


class SourceLines:
    """Source lines."""

    reads_symbols = True
    """The steps are symbols, as in outputs, so the length of a source predicts that of its output."""
    subword: Subword
    pieces: LinePieces
    longest: int = LONGEST
    """Maximum pieces of a part of a line."""

    def lengths(self, inputs: Sequence[str]) -> list[int]:
        """Pieces of each line."""
        return [len(ids) + 1 for ids in self.pieces.ids([plain_line(line) for line in inputs])]

    def parts(self, input: str) -> list[str]:
        """A long line divided at the end of a sentence, else between words; an empty line has no parts."""
        return cut(plain_line(input), self.pieces, self.longest)

    def knows(self, character: str) -> bool:
        """Whether the pieces have a character or its decomposition."""
        return any(map(self.subword.has, plain_line(character)))

    def labels(self, input: str) -> list[str]:
        """The pieces of a line, and the end symbol."""
        (ids,) = self.pieces.ids([plain_line(input)])
        return [*(self.subword.piece(number) for number in ids), "</s>"]


class TargetLines:
    """Target lines."""

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
        """The pieces of a line, or of its beginning. Raises SeqkitError for a character that is in no piece."""
        (ids,) = self.pieces.ids([one_line(target)])
        if UNKNOWN in ids:
            strange = "".join(c for c in dict.fromkeys(target) if UNKNOWN in self.pieces.ids([c])[0])
            raise SeqkitError(f"the model cannot write {strange!r}", "Leave it out.", exit_code=2)
        return ids

    def read(self, symbols: Sequence[int]) -> str:
        """The text of these pieces."""
        return " ".join(self.subword.decode(symbols).split())

    def labels(self, target: str) -> list[str]:
        """The pieces of a line, and the end symbol: one for each step of the attention."""
        (ids,) = self.pieces.ids([one_line(target)])
        return [*(self.subword.piece(number) for number in ids), "</s>"]

    def join(self, outputs: Sequence[str]) -> str:
        """Join the translations of the parts of a long line."""
        return ("" if is_unspaced("".join(outputs)) else " ").join(filter(None, outputs))
