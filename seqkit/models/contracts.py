"""Interfaces of models, and the common options of taggers. Imports no torch, so that listing models is fast.

Encoders and decoders have base classes in `seqkit.models.modalities`. Shapes: B examples, S steps of a memory, D
features of a step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, Self

from seqkit.config import DEEPEST, LARGEST, MOST_PIECES, check_range
from seqkit.examples import Sentence

if TYPE_CHECKING:
    from torch import Tensor

MAX_STEPS = 1000
"""Longer sentences are read in segments of this many words, which bounds memory."""


class ModelOptions:
    """A mix-in for the options of a model that declares which of them name records of plugins."""

    PARTS: ClassVar[Mapping[str, str]] = {"recurrence": "recurrences"}
    """Option -> kind of the records that it names; several names are joined by commas."""


@dataclass(frozen=True)
class TaggerOptions(ModelOptions):
    """Options of every tagger: how x_t is composed from a word, and how the z_t are computed."""

    recurrence: str = "lstm"
    """Registered recurrence that computes z_t."""
    layers: int = field(default=1, metadata={"unit": "layers"})
    """Depth: the states of layer l are the inputs of layer l+1."""
    bidirectional: bool = False
    """Two independent chains in each layer, one from each end."""
    hidden: int = field(default=200, metadata={"unit": "features"})
    """Size of z_t (of each direction)."""
    crf: str = "none"
    """Kind of label that gets a CRF output layer, such as upos."""
    joint_labels: bool = True
    """Predict only combinations of part of speech and features that occur in training, the most probable one."""
    auxiliary: str = "none"
    """Auxiliary kind of label, dropped after training, such as deprel, the dependency relations of a treebank."""
    inference_dtype: Literal["float32", "bfloat16", "int8"] = "float32"
    """Number format of the z_t when tagging. bfloat16 is faster on processors with AMX or AVX512-BF16, int8 (layers
    lstm and gru) on those with VNNI; both round."""

    word_size: int = field(default=100, metadata={"unit": "features"})
    """Size of the whole-word part of x_t; 0 leaves it out."""
    min_count: int = field(default=2, metadata={"unit": "occurrences"})
    """Words that occur less often in training count as unknown."""
    piece_size: int = field(default=32, metadata={"unit": "features"})
    """Size of the SentencePiece part of x_t; 0 leaves it out."""
    vocab_size: int = field(default=0, metadata={"unit": "pieces"})
    """Number of SentencePiece pieces (fewer for a small corpus); 0 adapts it to the vocabulary of the corpus."""
    subword: str = "unigram"
    """SentencePiece algorithm: unigram or bpe."""
    sampling: float = field(default=0.2, metadata={"unit": "share"})
    """Share of words whose segmentation is sampled at each training step."""
    char_size: int = field(default=48, metadata={"unit": "features"})
    """Size of a character's vector; 0 leaves characters out."""
    char_hidden: int = field(default=75, metadata={"unit": "features"})
    """Size of the state of the recurrence that reads a word's characters (of each direction)."""
    affix_size: int = field(default=20, metadata={"unit": "features"})
    """Size of the vector of each beginning, ending, lower-case form and shape of a word; 0 leaves them out."""
    mixed: int = field(default=0, metadata={"unit": "features"})
    """Size of x_t after a layer that mixes its parts; 0 concatenates them."""

    dropout: float = field(default=0.35, metadata={"unit": "share"})
    """Dropout of x_t and z_t, one mask for each sentence (variational)."""
    word_dropout: float = field(default=0.15, metadata={"unit": "share"})
    """Share of words replaced by the unknown word in training, so that the other parts learn, too."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 1, math.inf, "min_count")
        check_range(self, 1, DEEPEST, "layers")
        check_range(self, 1, LARGEST, "hidden", "char_hidden")
        check_range(self, 0, LARGEST, "word_size", "piece_size", "char_size", "affix_size", "mixed")
        check_range(self, 0, MOST_PIECES, "vocab_size")
        check_range(self, 0, 1, "sampling", "word_dropout")
        check_range(self, 0, 0.99, "dropout")


class TaggerModel(Protocol):
    """The interface of a tagger to commands and training. A tagger is also a `torch.nn.Module`.

    `seqkit.models.tagger.Tagger` implements it, and plugins may add others, which the conformance suite checks.
    `seqkit.inference.tagger.TaggerRunner` predicts with any of them.
    """

    options: Any
    """The ModelSpec's options; the trainer reads `sampling`."""
    facts: Any
    """`labels` (kind -> values), `language`, `silver`, `known_words`, `ambiguous`, `extend`; see `TaggerFacts`."""
    heads: Any
    """Kind of label -> `seqkit.nn.heads.SoftmaxHead`, whose temperature is fitted after training."""

    def collate(self, sentences: Sequence[Sentence], *, sampling: float = 0.0, seed: int = 0) -> Any:
        """A batch with `targets`: kind of label -> y_BT."""
        ...

    def __call__(self, batch: Any) -> Any:
        """Kind of label -> logits_BTL."""
        ...

    training: bool
    """As in every `torch.nn.Module`, like the next two methods."""

    def eval(self) -> Any: ...

    def train(self, mode: bool = True) -> Any: ...


class Counts(NamedTuple):
    """Sums over the steps of a batch, without a gradient."""

    nll: Tensor
    """Negative log-likelihood, float64."""
    right: Tensor
    """Number of steps with the right prediction."""
    steps: Tensor

    @classmethod
    def of(cls, nll: Tensor, right: Tensor, steps: Tensor) -> Self:
        """Counts without gradient. nll becomes float64 first, so that sums over an epoch are exact."""
        from seqkit.nn.placement import widened

        return cls(widened(nll), right.detach(), steps)


class StepLogProbs(NamedTuple):
    """Predictions of the labelled steps of a batch, for one kind of output. N steps, V labels or symbols."""

    log_p_NV: Tensor
    y_N: Tensor
    """The right label of each step."""


class Loss(NamedTuple):
    """The result of a batch: the loss to minimise and counts, all of them sums.

    Sums of several batches or machines are added first and divided once, so that all steps have the same weight.
    """

    total: Tensor
    """Loss summed over examples and steps, with label smoothing. Training follows the gradient of total / weight."""
    weight: Tensor
    """Divisor of total: the number of steps."""
    counts: Counts

    @property
    def mean(self) -> Tensor:
        """total / weight; 0 for a batch without labelled steps."""
        return self.total / self.weight.clamp(min=1)


class Memory(NamedTuple):
    """The output of an encoder of any modality: all that a decoder reads of a source."""

    states_BSD: Tensor
    mask_BS: Tensor | None
    """True at real steps; None if all are real."""
    final: tuple[Tensor, ...]
    """The state that initialises a decoder: z, and the memory cell if the recurrence has one."""
    symbols_BS: Tensor | None = None
    """The symbol at each step, so that a decoder may copy it; None for a source without symbols, such as sound."""
    alphabet: Any = None
    """Identifies the symbols: equal to the `alphabet` of a decoder with the same symbols. None without symbols."""

    def symbols(self) -> list[list[int]] | None:
        """The symbols of each source, without padding; None for sources without symbols."""
        if self.symbols_BS is None:
            return None
        rows = self.symbols_BS.tolist()
        if self.mask_BS is None:
            return rows
        return [row[:length] for row, length in zip(rows, self.mask_BS.sum(1).tolist(), strict=True)]

    def repeated(self, count: int) -> Memory:
        """Repeat the memory of each example `count` times, in consecutive rows: B becomes B * count."""
        parts = (self.states_BSD, self.mask_BS, self.symbols_BS)
        states, mask, symbols = (
            None if part is None else part.repeat_interleave(count, dim=0) for part in parts
        )
        assert states is not None
        final = tuple(part.repeat_interleave(count, dim=0) for part in self.final)
        return Memory(states, mask, final, symbols, self.alphabet)
