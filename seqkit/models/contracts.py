"""What a model must offer, and the options taggers share. Imports no torch: listing models stays light.

Shapes: B examples, S steps of a memory, D features of a step, N rows of a search, V symbols.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, Self, runtime_checkable

from seqkit.config import LARGEST, MOST_PIECES, check_range
from seqkit.examples import Sentence

if TYPE_CHECKING:
    from torch import Tensor

MAX_STEPS = 1000
"""Longer sentences are read in stretches of so many words, which bounds memory."""


class ModelOptions:
    """A mix-in for the options of a model, which says which of them name records of plugins."""

    PARTS: ClassVar[Mapping[str, str]] = {"recurrence": "recurrences"}
    """Option -> kind of the records that it names; several names are joined by commas."""


@dataclass(frozen=True)
class TaggerOptions(ModelOptions):
    """Options of every tagger: how x_t is composed from a word, and how the z_t are computed."""

    recurrence: str = "lstm"
    """Which registered recurrence computes z_t."""
    layers: int = field(default=1, metadata={"unit": "layers"})
    """Depth: the states of layer l are the inputs of layer l+1."""
    bidirectional: bool = False
    """Two independent chains a layer, one from each end."""
    hidden: int = field(default=200, metadata={"unit": "features"})
    """Size of z_t (of each direction)."""
    crf: str = "none"
    """Kind of label that gets a CRF output layer, such as upos."""
    auxiliary: str = "none"
    """Kind of label that is learnt beside the others and then dropped, such as deprel: a treebank's dependency
    relations."""
    inference_dtype: Literal["float32", "bfloat16", "int8"] = "float32"
    """Number format of the z_t when tagging. bfloat16 is faster on processors with AMX or AVX512-BF16, int8 (layers
    lstm and gru) on those with VNNI; both round."""

    word_size: int = field(default=100, metadata={"unit": "features"})
    """Size of the whole-word part of x_t; 0 leaves it out."""
    min_count: int = field(default=2, metadata={"unit": "occurrences"})
    """Words seen less often in training count as unknown."""
    piece_size: int = field(default=32, metadata={"unit": "features"})
    """Size of the SentencePiece part of x_t; 0 leaves it out."""
    vocab_size: int = field(default=0, metadata={"unit": "pieces"})
    """Number of SentencePiece pieces (fewer where the corpus does not give as many); 0 adapts to its vocabulary."""
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
    """Size of x_t after the layer that mixes its parts; 0 leaves them side by side."""

    dropout: float = field(default=0.35, metadata={"unit": "share"})
    """Dropout of x_t and z_t, one mask a sentence (variational)."""
    word_dropout: float = field(default=0.15, metadata={"unit": "share"})
    """Share of words shown as unknown in training, so that pieces and characters learn to stand alone."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 1, math.inf, "min_count")
        check_range(self, 1, LARGEST, "layers", "hidden", "char_hidden")
        check_range(self, 0, LARGEST, "word_size", "piece_size", "char_size", "affix_size", "mixed")
        check_range(self, 0, MOST_PIECES, "vocab_size")
        check_range(self, 0, 1, "sampling", "word_dropout")
        check_range(self, 0, 0.99, "dropout")


class TaggerModel(Protocol):
    """What commands and the trainer ask of a tagger. It is also a `torch.nn.Module`.

    `seqkit.models.tagger.Tagger` is one; a plugin may bring another, and the conformance suite holds it to this.
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
    """As of every `torch.nn.Module`, like the two methods that follow."""

    def eval(self) -> Any: ...

    def train(self, mode: bool = True) -> Any: ...


class Counts(NamedTuple):
    """Sums over the steps of a batch, without a gradient."""

    nll: Tensor
    """Negative log-likelihood, float64."""
    right: Tensor
    """Steps that are predicted right."""
    steps: Tensor

    @classmethod
    def of(cls, nll: Tensor, right: Tensor, steps: Tensor) -> Self:
        """Counts without history. nll is widened first, so that sums over an epoch lose nothing."""
        return cls(nll.detach().double(), right.detach(), steps)


class Loss(NamedTuple):
    """What one batch gives: the loss to minimise and counts, all of them sums.

    Sums of several batches, or of several machines, are added first and divided once: no step weighs more because its
    batch is small.
    """

    total: Tensor
    """Summed over examples and steps, with label smoothing: the gradient of total / weight is followed."""
    weight: Tensor
    """What total is divided by: the number of steps."""
    counts: Counts

    @property
    def mean(self) -> Tensor:
        """total / weight; 0 where the batch has no step to learn from."""
        return self.total / self.weight.clamp(min=1)


class Memory(NamedTuple):
    """What an encoder has read, whatever it was: the only thing a decoder sees of a source."""

    states_BSD: Tensor
    mask_BS: Tensor | None
    """True where a step is real; None: all are."""
    final: tuple[Tensor, ...]
    """The state that starts a decoder without attention: z, and the memory cell where the recurrence has one."""
    symbols_BS: Tensor | None = None
    """The symbol at each step, so that a decoder may copy it; None where the source has no symbols, as sound."""
    alphabet: Any = None
    """What the symbols mean: equal to a decoder's `alphabet` where both use the same ones. None without symbols."""


class Encoder(Protocol):
    """One modality into a Memory. It is also a `torch.nn.Module`."""

    output_size: int
    """D."""
    final_sizes: tuple[int, ...]
    """Sizes of the parts of `final`."""

    def lengths(self, inputs: Sequence[Any]) -> list[int]:
        """About how many steps each input takes: what batches are made by."""
        ...

    def parts(self, input: Any) -> list[Any]:
        """An input that is too long for one reading in parts, any other as it is; none where it is empty."""
        ...

    def collate(self, inputs: Sequence[Any], seed: int | None = None) -> Any:
        """Inputs as one batch of tensors; `seed`: in training, of what is random about it."""
        ...

    def __call__(self, batch: Any) -> Memory: ...

    def labels(self, input: Any) -> list[str]:
        """A word for each step of the memory, to be written beside a picture of attention.

        Where several steps, side by side, share a word (the places of a frame), the attribute `states_a_label` says how
        many.
        """
        ...


class Decoder(Protocol):
    """A Memory into one modality, with its own loss. It is also a `torch.nn.Module`.

    What only some commands need stands in protocols of its own: `SupportsLogProb`, `SupportsAttention`, `SupportsJoin`.
    """

    def lengths(self, targets: Sequence[Any]) -> list[int]:
        """As an encoder's."""
        ...

    def collate(self, targets: Sequence[Any], seed: int | None = None) -> Any:
        """Targets as one batch of tensors; `seed`: in training, of what is random about it."""
        ...

    def loss(self, memory: Memory, batch: Any, label_smoothing: float = 0.0) -> Loss:
        """-Σ log P(target | memory)."""
        ...


@runtime_checkable
class DrawingDecoder(Decoder, Protocol):
    """A decoder that writes its outputs at one go, not by symbols: films, vectors.

    Where one output is large, an attribute `output_numbers` tells how many numbers it has: fewer are made at once then.
    """

    def generate(self, memory: Memory, seeds: Sequence[int], temperature: float = 0.0) -> list[Any]:
        """An output for each example, which follows from its memory and its seed, whatever its company.

        Args: temperature, how much is left to chance: 0 takes the most usual wherever there is one.
        """
        ...


@runtime_checkable
class SymbolDecoder(Decoder, Protocol):
    """A decoder that writes symbols one by one: what `seqkit.decoding` searches with."""

    end: int
    """The symbol that ends an output."""
    alphabet: Any
    """Equal in two decoders whose symbols mean the same."""

    def start(self, memory: Memory) -> Any:
        """The state before the first step, one row an example."""
        ...

    def step(self, previous_N: Tensor | None, state: Any) -> tuple[Tensor, Any]:
        """Symbols just written (None before the first) -> log P(next)_NV, and the state after it."""
        ...

    def select(self, state: Any, rows_N: Tensor, examples_B: Tensor | None) -> Any:
        """The state of these rows; `examples_B`: which examples are left."""
        ...

    def read(self, symbols: Sequence[int]) -> Any:
        """What the symbols say, without `end`: a str from a text decoder."""
        ...

    def symbols(self, target: Any) -> list[int]:
        """The symbols of a target, or of its beginning, without `end`."""
        ...


@runtime_checkable
class SupportsLogProb(Protocol):
    """A decoder that tells how likely a target is."""

    def log_prob(self, memory: Memory, batch: Any) -> Tensor:
        """log P(target | memory) of each example, (B,)."""
        ...


@runtime_checkable
class SupportsStepLosses(Protocol):
    """A decoder that tells the loss of each step, for inspection."""

    def step_losses(self, memory: Memory, batch: Any) -> Tensor:
        """-log P of each step, (B, T), 0 at padding."""
        ...


@runtime_checkable
class SupportsStepScores(Protocol):
    """A decoder of symbols that scores every one of them at each step, for inspection."""

    V: Any
    """Output matrix, (symbols, size of o)."""

    def step_scores(self, memory: Memory, batch: Any) -> Tensor:
        """Logits (B, T, V)."""
        ...

    def symbol_names(self) -> list[str]:
        """Name of each of the V symbols."""
        ...


@runtime_checkable
class SupportsAttention(Decoder, Protocol):
    """A decoder whose attention can be shown as a picture."""

    def attention(self, memory: Memory, batch: Any) -> Tensor | None:
        """a_BTS; None where the options leave attention out."""
        ...

    def labels(self, target: Any) -> list[str]:
        """A word for each of the T steps."""
        ...


@runtime_checkable
class SupportsJoin(Protocol):
    """A decoder whose outputs for the parts of a long input make one."""

    def join(self, outputs: Sequence[Any]) -> Any:
        """One output made of those for the parts of a long input."""
        ...


@runtime_checkable
class SupportsView(Protocol):
    """An encoder whose input can be drawn under a picture of attention."""

    unit: str
    """What the horizontal axis counts, such as "seconds"."""

    def view(self, input: Any) -> Any:
        """Values of the picture, (height, width) or (height, width, 3)."""
        ...
