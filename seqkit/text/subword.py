"""SentencePiece models. Each word is segmented separately, so that pieces do not cross words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.io.atomic import atomic_write
from seqkit.text.sampling import FLAT_SCORE, Lattice, Pieces

ALGORITHMS = ("unigram", "bpe")
UNKNOWN_PIECE = 0
EDGE = 64
"""Number of first and last characters that are segmented of a word longer than twice this number."""
ATTEMPTS = 3
REPLACEMENT = "\ufffd"
"""The character by which SentencePiece replaces bytes that are not valid UTF-8."""
BYTES = 256
WITHOUT_PIECES = "Use more text; a tagger can also work without pieces: `--set piece_size=0`."
LINES = 500_000
"""Maximum number of lines for training SentencePiece."""
LATTICES = 50_000
"""Number of words whose lattices are cached for sampling."""


class Subword:
    """A trained SentencePiece model."""

    def __init__(self, proto: bytes) -> None:
        import sentencepiece

        self.proto = proto
        self._lattices: dict[tuple[str, float], Lattice] = {}
        try:
            # SentencePiece would create threads at each call, which takes most of the time for a batch of words.
            self._processor: Any = sentencepiece.SentencePieceProcessor(model_proto=proto, num_threads=1)
        except (RuntimeError, ValueError) as error:
            raise SeqkitError(
                "subword.model: not a SentencePiece model", "Download the model again."
            ) from error

    def save(self, path: Path) -> None:
        """Write the model in SentencePiece's format; create the folder if it is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, links=False) as file:
            file.write(self.proto)

    def __len__(self) -> int:
        return int(self._processor.get_piece_size())

    def encode(self, words: Sequence[str]) -> list[list[int]]:
        """The piece ids of each word, at least one (the unknown piece if SentencePiece finds none)."""
        return [ids or [UNKNOWN_PIECE] for ids in self._processor.encode(_shorten(words), out_type=int)]

    def sample(self, words: Sequence[str], seed: int, alpha: float = 0.1) -> list[list[int]]:
        """Sample a segmentation of each word in proportion to probability ** alpha (Kudo 2018)."""
        random = Random(seed)
        return [self._lattice(word, alpha).draw(random) or [UNKNOWN_PIECE] for word in _shorten(words)]

    def _lattice(self, word: str, alpha: float) -> Lattice:
        known = self._lattices.get((word, alpha))
        if known is None:
            if len(self._lattices) >= LATTICES:
                self._lattices.clear()
            text = self._processor.normalize(word)
            known = self._lattices[word, alpha] = Lattice(text, self._pieces, alpha)
        return known

    @cached_property
    def _pieces(self) -> Pieces:
        """The pieces with log-probabilities (unigram), or without (BPE, which has merge ranks)."""
        model = self._processor
        scores = [model.get_score(piece) for piece in range(len(self))]
        is_bpe = all(score == int(score) for score in scores)
        ids = {
            model.id_to_piece(piece): (piece, FLAT_SCORE if is_bpe else score)
            for piece, score in enumerate(scores)
            if piece != UNKNOWN_PIECE and not model.is_byte(piece)
        }
        return Pieces(ids, UNKNOWN_PIECE, self.bytes)

    @cached_property
    def bytes(self) -> tuple[int, ...]:
        """The ids of the 256 byte pieces, which spell characters that no other piece has; () without them."""
        model = self._processor
        # SentencePiece numbers them in order: <0x00> … <0xFF>.
        return tuple(piece for piece in range(len(self)) if model.is_byte(piece))

    def encode_lines(self, lines: Sequence[str]) -> list[list[int]]:
        """The piece ids of each line as a whole."""
        encoded: list[list[int]] = self._processor.encode(list(lines), out_type=int)
        return encoded

    def decode(self, ids: Sequence[int]) -> str:
        """The text of a sequence of pieces, without bytes that are not valid UTF-8."""
        text = str(self._processor.decode(list(ids)))
        return text.replace(REPLACEMENT, "") if self.bytes else text

    def piece(self, number: int) -> str:
        """One piece as text; `▁` stands for the space before a word."""
        return str(self._processor.id_to_piece(number))

    def has(self, piece: str) -> bool:
        """Whether this is one of the pieces."""
        return int(self._processor.piece_to_id(piece)) != UNKNOWN_PIECE

    def pieces(self, word: str) -> list[str]:
        """The pieces of one word, as text."""
        return list(self._processor.encode(word, out_type=str))


def _shorten(words: Sequence[str]) -> list[str]:
    return [word if len(word) <= 2 * EDGE else word[:EDGE] + word[-EDGE:] for word in words]


class Settings(NamedTuple):
    """Settings of SentencePiece for characters."""

    rule: str = "nmt_nfkc"
    """Its normalisation rule."""
    split_digits: bool = False
    symbols: Sequence[str] = ()
    byte_fallback: bool = False


PLAIN = Settings()


def train_subword(sentences: Iterable[Sequence[str]], vocab_size: int, algorithm: str = "unigram") -> Subword:
    """Train SentencePiece on sentences of words.

    `vocab_size` is a target: a small corpus yields fewer pieces, a large alphabet needs more.
    Raises SeqkitError for an unknown algorithm or a corpus without a letter.
    """
    return _fitted([" ".join(_shorten(words)) for words in sentences if words], vocab_size, algorithm)


def train_subword_on_lines(
    lines: Iterable[str],
    vocab_size: int,
    algorithm: str = "unigram",
    split_digits: bool = False,
    symbols: Sequence[str] = (),
    byte_fallback: bool = False,
) -> Subword:
    """As `train_subword`, on whole lines, whose characters stay as they are (no NFKC).

    Args: split_digits, whether each digit is a piece; symbols, strings that are always one piece each; byte_fallback,
    whether to add 256 pieces, one for each byte, for characters that no line has. If there are too many lines, evenly
    spaced ones are used.
    """
    chosen = list(lines)
    chosen = chosen[:: 1 + len(chosen) // LINES]
    settings = Settings("identity", split_digits, symbols, byte_fallback)
    size = vocab_size + BYTES * byte_fallback
    found = _fitted(chosen, size, algorithm, settings)
    if algorithm == "unigram" and len(found) - len(found.bytes) < vocab_size // 2:
        # With a few dozen distinct words unigram keeps single letters; BPE merges them into words.
        found = _fitted(chosen, size, "bpe", settings)
    return found


def _fitted(lines: Sequence[str], vocab_size: int, algorithm: str, settings: Settings = PLAIN) -> Subword:
    if algorithm not in ALGORITHMS:
        raise SeqkitError(
            f"subword={algorithm}: no such algorithm", did_you_mean(algorithm, ALGORITHMS), exit_code=2
        )
    for _ in range(ATTEMPTS):
        try:
            return Subword(_train(lines, vocab_size, algorithm, settings))
        except RuntimeError as error:
            vocab_size = _size_that_fits(str(error), vocab_size)
    raise SeqkitError("SentencePiece finds no vocabulary size that fits", WITHOUT_PIECES)


def _train(lines: Sequence[str], vocab_size: int, algorithm: str, settings: Settings) -> bytes:
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        vocab_size=vocab_size,
        model_type=algorithm,
        normalization_rule_name=settings.rule,
        character_coverage=1.0,
        hard_vocab_limit=False,
        split_digits=settings.split_digits,
        user_defined_symbols=list(settings.symbols),
        byte_fallback=settings.byte_fallback,
        unk_id=UNKNOWN_PIECE,
        bos_id=-1,
        eos_id=-1,
        num_threads=1,
        max_sentence_length=1_000_000,
        minloglevel=2,
    )
    return model.getvalue()


def _size_that_fits(message: str, vocab_size: int) -> int:
    """A valid size in place of one that SentencePiece refused, from the bound in its message."""
    too_high = re.search(r"<= (\d+)", message)
    too_low = re.search(r"(\d+) vs (\d+)", message)
    if too_high:
        return int(too_high.group(1))
    if "required_chars" in message and too_low:
        alphabet = int(too_low.group(2))
        return alphabet + alphabet // 4 + 16
    reason = message.strip().splitlines()[0]
    raise SeqkitError(
        f"SentencePiece cannot be trained with vocab_size={vocab_size}: {reason}", WITHOUT_PIECES
    )
