"""What a model must offer, and the options taggers share. Imports no torch: listing models stays light."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from seqkit.config import check_range
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.formats.examples import LABELS, Sentence

MAX_STEPS = 1000
"""Longer sentences are read in stretches of so many words, which bounds memory."""


@dataclass(frozen=True)
class TaggerOptions:
    """Options of every tagger: how x_t is composed from a word, and how the z_t are computed."""

    recurrence: str = "lstm"
    """Which registered recurrence computes z_t."""
    layers: int = 1
    """Depth: the states of layer l are the inputs of layer l+1."""
    bidirectional: bool = False
    """Two independent chains a layer, one from each end."""
    hidden: int = 200
    """Size of z_t (of each direction)."""
    crf: str = "none"
    """Kind of label that gets a CRF output layer, such as upos."""

    word_size: int = 100
    """Size of the whole-word part of x_t; 0 leaves it out."""
    min_count: int = 2
    """Words seen less often in training count as unknown."""
    piece_size: int = 32
    """Size of the SentencePiece part of x_t; 0 leaves it out."""
    vocab_size: int = 0
    """Number of SentencePiece pieces (fewer where the corpus does not give as many); 0 adapts to its vocabulary."""
    subword: str = "unigram"
    """SentencePiece algorithm: unigram or bpe."""
    sampling: float = 0.2
    """Share of words whose segmentation is sampled at each training step."""
    char_size: int = 48
    """Size of a character's vector; 0 leaves characters out."""
    char_hidden: int = 75
    """Size of the state of the recurrence that reads a word's characters (of each direction)."""
    affix_size: int = 20
    """Size of the vector of each beginning, ending, lower-case form and shape of a word; 0 leaves them out."""
    mixed: int = 0
    """Size of x_t after the layer that mixes its parts; 0 leaves them side by side."""

    dropout: float = 0.35
    """Dropout of x_t and z_t, one mask a sentence (variational)."""
    word_dropout: float = 0.15
    """Share of words shown as unknown in training, so that pieces and characters learn to stand alone."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 1, math.inf, "layers", "hidden", "min_count", "char_hidden")
        check_range(self, 0, math.inf, "vocab_size", "word_size", "piece_size", "char_size")
        check_range(self, 0, math.inf, "affix_size", "mixed")
        check_range(self, 0, 1, "sampling", "word_dropout")
        check_range(self, 0, 0.99, "dropout")
        if self.crf not in ("none", *LABELS):
            raise SeqkitError(
                f"option crf={self.crf!r}: no such kind of label",
                did_you_mean(self.crf, ("none", *LABELS)),
                exit_code=2,
            )


class Facts(Protocol):
    """What the corpus told a model: vocabularies, label sets. Each part is saved in a folder of its own."""

    @classmethod
    def gather(cls, examples: Sequence[Any], options: Any, labels: Sequence[str], language: str) -> Self: ...

    def save(self, folder: Path) -> None: ...

    @classmethod
    def load(cls, folder: Path) -> Self: ...


class TaggerModel(Protocol):
    """What commands and the trainer ask of a tagger. It is also a `torch.nn.Module`.

    `seqkit.models.tagger.Tagger` is one; a plugin may bring another, and the conformance suite holds it to this.
    """

    task: str
    """ "tagging"."""
    options: Any
    """The ModelSpec's options; the trainer reads `sampling`."""
    facts: Any
    """`labels` (kind -> values), `language`, `silver`, `known_words`, `ambiguous`; see `TaggerFacts`."""
    heads: Any
    """Kind of label -> `seqkit.nn.heads.SoftmaxHead`, whose temperature is fitted after training."""

    def collate(self, sentences: Sequence[Sentence], *, sampling: float = 0.0, seed: int = 0) -> Any:
        """A batch with `targets`: kind of label -> y_BT."""
        ...

    def __call__(self, batch: Any) -> Any:
        """Kind of label -> logits_BTL."""
        ...

    def predict(
        self, sentences: Sequence[Sentence], kinds: Sequence[str] | None = None
    ) -> list[dict[str, list[str]]]:
        """One label of each of these kinds (None: of all) for every word, in the order given."""
        ...

    def predict_top(
        self, sentences: Sequence[Sentence], top: int
    ) -> list[dict[str, list[list[tuple[str, float]]]]]:
        """The most probable labels of each kind for every word, with their probabilities, the best first."""
        ...
