"""Facts of the text in training pairs: the pieces of each side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from seqkit import SeqkitError
from seqkit.decoding.loops import most_repeated
from seqkit.examples import Pair
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import whole
from seqkit.text.piece_lines import one_line, plain_line
from seqkit.text.placeholders import SYMBOLS
from seqkit.text.subword import Subword, train_subword_on_lines
from seqkit_seq2seq.sides import LONGEST

WORDS_A_PIECE = 8
"""Distinct words per piece, if the number of pieces adapts to the corpus."""
PIECES = (100, 8000)
RARE = 1000
"""One pair in this many counts as an outlier, whose repetitions do not raise the limit for all outputs."""


@dataclass
class SourceText:
    """The pieces of source lines, in one model with those of the targets if both are text and `joint` is on."""

    subword: Subword
    longest: int = 0
    """Pieces of the longest line, if most lines are longer than the usual maximum of a part; else 0."""

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any) -> Self:
        """Learn the pieces. Raises SeqkitError for text that is empty or has no letters."""
        lines = [plain_line(pair.sources["text"]) for pair in pairs if "text" in pair.sources]
        targets = [one_line(pair.target) for pair in pairs if isinstance(pair.target, str)]
        subword = _learn(lines + (targets if options.joint else []), options)
        return cls(subword, _longest_usual(lines, subword))

    def save(self, folder: Path) -> None:
        """Write `source/subword.model`, and `source/lines.json` if most lines are long."""
        self.subword.save(folder / "source" / "subword.model")
        if self.longest:
            write_json(folder / "source" / "lines.json", {"longest": self.longest})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        lines, longest = folder / "source" / "lines.json", 0
        if lines.exists():
            with stored_record(lines, "an encoder of text") as stored:
                longest = whole(stored["longest"])
        return cls(_load(folder / "source"), longest)


@dataclass
class TargetText:
    """The pieces of target lines."""

    subword: Subword
    longest: int = 0
    """Pieces of the longest line; 0 if unknown."""
    repeats: int = 1
    """How much more often than its source an output may repeat three pieces: the maximum in training, no outliers."""

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """As for the source, whose pieces are used if they are joint."""
        lines = [one_line(str(pair.target)) for pair in pairs]
        joint = options.joint and "text" in encoders
        # Sound and pictures show single digits; pieces of several digits would have to be learnt one by one.
        subword = encoders["text"].subword if joint else _learn(lines, options, "text" not in encoders)
        rows = subword.encode_lines(lines)
        repeats = _usual_repeats(pairs, rows, encoders["text"].subword) if "text" in encoders else 0
        return cls(subword, max(map(len, rows), default=0), repeats)

    def save(self, folder: Path) -> None:
        """Write `target/subword.model` and `target/lines.json`."""
        self.subword.save(folder / "target" / "subword.model")
        write_json(folder / "target" / "lines.json", {"longest": self.longest, "repeats": self.repeats})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        lines = folder / "target" / "lines.json"
        if not lines.exists():
            return cls(_load(folder / "target"))
        with stored_record(lines, "a decoder of text") as stored:
            longest, repeats = whole(stored["longest"]), whole(stored.get("repeats", 1))
        return cls(_load(folder / "target"), longest, repeats)


def _usual_repeats(pairs: Sequence[Pair], targets: Sequence[Sequence[int]], pieces: Subword) -> int:
    """The maximum by which a target repeats three pieces more often than its source, without 1 in `RARE` targets.

    Args: targets, their pieces; pieces, of the sources.
    """
    sources = pieces.encode_lines([plain_line(pair.sources["text"]) for pair in pairs])
    more = [most_repeated(row) - most_repeated(source) for source, row in zip(sources, targets, strict=True)]
    return max(0, sorted(more)[-1 - len(more) // RARE]) if more else 0


def _learn(lines: Sequence[str], options: Any, split_digits: bool = False) -> Subword:
    if not any(lines):
        raise SeqkitError("there is no text to learn from", "Give pairs of text, or choose another encoder.")
    symbols = SYMBOLS if options.placeholders else ()
    size = (options.vocab_size or _size_for(lines)) + len(symbols)
    bytes = options.copy if options.byte_fallback is None else options.byte_fallback
    return train_subword_on_lines(lines, size, options.subword, split_digits, symbols, bytes)


def _longest_usual(lines: Sequence[str], subword: Subword) -> int:
    """Pieces of the longest line, if more than half of the lines have more than LONGEST; else 0."""
    # A line has at most one more piece than characters.
    candidates = [line for line in lines if len(line) >= LONGEST]
    if 2 * len(candidates) <= len(lines):
        return 0
    counts = sorted(map(len, subword.encode_lines(candidates)))
    long = sum(count > LONGEST for count in counts)
    return counts[-1] if 2 * long > len(lines) else 0


def _size_for(lines: Iterable[str]) -> int:
    """A number of pieces in proportion to the distinct words, of which scripts without spaces have many."""
    distinct = len({word for line in lines for word in line.split(" ")})
    return min(max(distinct // WORDS_A_PIECE, PIECES[0]), PIECES[1])


def _load(folder: Path) -> Subword:
    path = folder / "subword.model"
    if not path.is_file():
        raise SeqkitError(
            f"{path}: missing from the model folder", "Download the model again, or train it again."
        )
    return Subword(path.read_bytes())
