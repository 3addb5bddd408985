"""The symbols of a language model: pieces, characters or words, and a symbol for the end of a line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

from seqkit import SeqkitError
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import different, language, texts
from seqkit.text.piece_lines import one_line
from seqkit.text.subword import Subword, train_subword_on_lines

UNKNOWN, LINE_END, BOUNDARY = 0, 1, 2
"""The first symbols of words and characters: unknown, the end of a line, the beginning and end of a document."""
SPECIAL_NAMES = ("<unknown>", "⏎", "<boundary>")
SPECIAL = len(SPECIAL_NAMES)
WORDS_PER_PIECE = 4
"""Distinct words per piece, if the number of pieces is adapted to the text."""
PIECES = (100, 8000)
WORDS = 50_000
"""Maximum number of words of a vocabulary without a given size."""
SUBWORD = "subword.model"


class Symbols(ABC):
    """Converts lines to symbols and back. Lines have composed characters and single spaces (`one_line`)."""

    unit: ClassVar[str]
    unwritten: ClassVar[tuple[int, ...]] = (UNKNOWN,)
    """Symbols that are never generated."""

    @abstractmethod
    def __len__(self) -> int:
        """Number of symbols."""

    @abstractmethod
    def encode(self, line: str) -> list[int]:
        """The symbols of a line, without its end."""

    @abstractmethod
    def decode(self, symbols: Sequence[int]) -> str:
        """The line of a sequence of symbols."""

    @abstractmethod
    def name(self, symbol: int) -> str:
        """A name for a symbol, for tables: a space is visible in it."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the alphabet to a model folder."""

    def document(self, lines: Iterable[str]) -> list[int]:
        """The symbols of a document: each line with its end, and the boundary last."""
        found = [symbol for line in lines for symbol in (*self.encode(line), LINE_END)]
        return [*found, BOUNDARY]

    def text(self, symbols: Sequence[int]) -> str:
        """The text of a document, or of its beginning, with line breaks."""
        lines: list[list[int]] = [[]]
        for symbol in symbols:
            if symbol == LINE_END:
                lines.append([])
            elif symbol != BOUNDARY:
                lines[-1].append(symbol)
        return "\n".join(map(self.decode, lines))


class PieceSymbols(Symbols):
    """SentencePiece pieces; their ids follow the three special symbols."""

    unit = "pieces"
    unwritten = (UNKNOWN, SPECIAL)
    """UNKNOWN, and SentencePiece's unknown piece, which `encode` does not use."""

    def __init__(self, subword: Subword) -> None:
        self.subword = subword

    def __len__(self) -> int:
        return SPECIAL + len(self.subword)

    def encode(self, line: str) -> list[int]:
        (pieces,) = self.subword.encode_lines([line])
        return [SPECIAL + piece if piece else UNKNOWN for piece in pieces]

    def decode(self, symbols: Sequence[int]) -> str:
        return self.subword.decode([max(symbol - SPECIAL, 0) for symbol in symbols])

    def name(self, symbol: int) -> str:
        return SPECIAL_NAMES[symbol] if symbol < SPECIAL else self.subword.piece(symbol - SPECIAL)

    def save(self, folder: Path) -> None:
        self.subword.save(folder / "symbols" / SUBWORD)


class ListedSymbols(Symbols):
    """Symbols in a list; all others are unknown."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)

    def __len__(self) -> int:
        return SPECIAL + len(self.names)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {name: SPECIAL + number for number, name in enumerate(self.names)}

    @abstractmethod
    def split(self, line: str) -> Sequence[str]:
        """The parts of a line that are symbols."""

    def encode(self, line: str) -> list[int]:
        return [self._ids.get(part, UNKNOWN) for part in self.split(line)]

    def name(self, symbol: int) -> str:
        return SPECIAL_NAMES[symbol] if symbol < SPECIAL else self.names[symbol - SPECIAL].replace(" ", "␣")

    def parts(self, symbols: Sequence[int]) -> Iterator[str]:
        """The name of each symbol."""
        return (
            self.names[symbol - SPECIAL] if symbol >= SPECIAL else "\N{REPLACEMENT CHARACTER}"
            for symbol in symbols
        )

    def save(self, folder: Path) -> None:
        write_json(folder / "symbols" / f"{self.unit}.json", self.names)


class CharacterSymbols(ListedSymbols):
    """Characters, including spaces."""

    unit = "characters"

    def split(self, line: str) -> Sequence[str]:
        return line

    def decode(self, symbols: Sequence[int]) -> str:
        return "".join(self.parts(symbols))


class WordSymbols(ListedSymbols):
    """Words between spaces."""

    unit = "words"

    def split(self, line: str) -> Sequence[str]:
        return line.split(" ") if line else ()

    def decode(self, symbols: Sequence[int]) -> str:
        return " ".join(self.parts(symbols))


LISTED: dict[str, type[ListedSymbols]] = {"characters": CharacterSymbols, "words": WordSymbols}


@dataclass
class LMFacts:
    """Facts of the training text: alphabet and language."""

    symbols: Symbols
    language: str = "xx"
    silver: str | None = None

    @classmethod
    def gather(cls, documents: Sequence[Sequence[str]], options: Any, language: str) -> Self:
        """Collect the symbols of documents, each a list of lines. Raises SeqkitError if there is no text."""
        lines = [line for document in documents for line in document if line]
        if not lines:
            raise SeqkitError("the training data have no text", "Use a file with text.")
        if options.unit == "pieces":
            subword = train_subword_on_lines(lines, options.vocab_size or _pieces(lines))
            return cls(PieceSymbols(subword), language)
        kind = LISTED[options.unit]
        counts = Counter(part for line in lines for part in kind([]).split(line))
        return cls(kind(_kept(counts, options)), language)

    def save(self, folder: Path) -> None:
        """Write `symbols/`."""
        write_json(
            folder / "symbols" / "symbols.json", {"unit": self.symbols.unit, "language": self.language}
        )
        self.symbols.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises SeqkitError for a file that is missing or damaged."""
        with stored_record(folder / "symbols" / "symbols.json", "a language model") as stored:
            unit, spoken = stored["unit"], language(stored["language"])
            if unit not in ("pieces", *LISTED):
                raise ValueError("no unit of symbols")
        if unit == "pieces":
            path = folder / "symbols" / SUBWORD
            if not path.is_file():
                raise SeqkitError(f"{path}: missing from the model folder", "Download the model again.")
            return cls(PieceSymbols(Subword(path.read_bytes())), spoken)
        with stored_record(folder / "symbols" / f"{unit}.json", "a language model") as stored:
            return cls(LISTED[unit](different(texts(stored))), spoken)


def _pieces(lines: Iterable[str]) -> int:
    """A number of pieces in proportion to the number of distinct words."""
    distinct = len({word for line in lines for word in line.split(" ")})
    return min(max(distinct // WORDS_PER_PIECE, PIECES[0]), PIECES[1])


def _kept(counts: Counter[str], options: Any) -> list[str]:
    """All characters, or the words that occur at least twice, most frequent first."""
    if options.unit == "characters":
        return [name for name, _ in counts.most_common()]
    limit = options.vocab_size or WORDS
    return [name for name, count in counts.most_common(limit) if count > 1]


def clean_lines(text: str) -> list[str]:
    """The normalised lines of a text, without blank ones."""
    return [line for line in map(one_line, text.splitlines()) if line]
