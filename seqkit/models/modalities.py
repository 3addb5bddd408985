"""What reads and writes one modality: the base classes of encoders and decoders, joined by `Memory`.

Shapes: B examples, S steps of a memory, D features of a step, T steps of a target, N rows of a search, V symbols.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.models.contracts import Loss, Memory, StepLogProbs


class Encoder(nn.Module, ABC):
    """One modality into a Memory. An EncoderSpec names what builds one."""

    output_size: int
    """D."""
    final_sizes: tuple[int, ...]
    """Sizes of the parts of `final`."""
    states_a_label: int = 1
    """Steps of the memory, side by side, that share one of `labels`, such as the places of a frame."""
    reads_symbols: bool = False
    """Whether a step is a symbol, as of text. An output may then be bounded by the source's length; steps of sound,
    columns or frames say little about it."""
    alphabet: Any = None
    """What the symbols of its memory mean: `Memory.alphabet`; None where it reads no symbols."""
    unit: str = ""
    """What the horizontal axis of `view` counts, such as "seconds"."""

    @abstractmethod
    def lengths(self, inputs: Sequence[Any]) -> list[int]:
        """About how many steps each input takes: what batches are made by."""

    @abstractmethod
    def collate(self, inputs: Sequence[Any], seed: int | None = None) -> Any:
        """Inputs as one batch of tensors. Args: seed, in training, of what is random about it."""

    @abstractmethod
    def forward(self, batch: Any) -> Memory:
        """The memory of a batch that `collate` made."""

    def parts(self, input: Any) -> list[Any]:
        """An input that is too long for one reading in parts, any other as it is; none where it is empty."""
        return [input] if self.lengths([input])[0] else []

    def knows(self, character: str) -> bool:
        """Of text: whether the model has learnt this character; a translation keeps words in unknown letters."""
        return True

    def labels(self, input: Any) -> list[str]:
        """A word for each `states_a_label` steps of the memory, to be written beside a picture of attention."""
        return [f"step {number + 1}" for number in range(self.lengths([input])[0])]

    def view(self, input: Any) -> Any:
        """The input as values of a picture, (height, width) or (height, width, 3); None where it has no such view."""
        return None


class Decoder(nn.Module, ABC):
    """A Memory into one modality, with its own loss. A DecoderSpec names what builds one.

    Subclass `SymbolDecoder` where outputs are written symbol by symbol, else `DrawingDecoder`.
    """

    joins_parts: bool = False
    """Whether `join` makes one output of those for the parts of a long input."""

    @abstractmethod
    def lengths(self, targets: Sequence[Any]) -> list[int]:
        """About how many steps each target takes: what batches are made by."""

    @abstractmethod
    def collate(self, targets: Sequence[Any], seed: int | None = None) -> Any:
        """Targets as one batch of tensors. Args: seed, in training, of what is random about it."""

    @abstractmethod
    def loss(self, memory: Memory, batch: Any, label_smoothing: float = 0.0) -> Loss:
        """-Σ log P(target | memory)."""

    def log_prob(self, memory: Memory, batch: Any) -> Tensor | None:
        """ln P(target | memory) of each example, (B,); None where the decoder has no more than its loss."""
        return None

    def step_losses(self, memory: Memory, batch: Any) -> Tensor | None:
        """-log P of each step, (B, T), 0 at padding, for inspection; None where the loss is no sum over steps."""
        return None

    def squared_error(self, memory: Memory, batch: Any) -> Tensor | None:
        """Mean squared error of each example's numbers in their own unit, (B,); None where this scores nothing."""
        return None

    def attention(self, memory: Memory, batch: Any) -> Tensor | None:
        """Where each step of a target looks, a_BTS; None where it does not look."""
        return None

    def labels(self, target: Any) -> list[str]:
        """A word for each of the T steps of `attention`."""
        return [f"step {number + 1}" for number in range(self.lengths([target])[0])]

    def join(self, outputs: Sequence[Any]) -> Any:
        """One output made of those for the parts of a long input. Called where `joins_parts` is True."""
        raise self.lacks("way to join the outputs for the parts of a long input")

    def lacks(self, what: str) -> SeqkitError:
        """The error for something that this decoder does not offer."""
        fix = "Choose another decoder, objective or option."
        return SeqkitError(f"the decoder {type(self).__name__} offers no {what}", fix, exit_code=2)


class DrawingDecoder(Decoder):
    """A decoder that writes its outputs at one go, not by symbols: films, vectors."""

    output_numbers: int = 1
    """Numbers of one output: where they are many, fewer outputs are made at once."""

    @abstractmethod
    def generate(self, memory: Memory, seeds: Sequence[int], temperature: float = 0.0) -> list[Any]:
        """An output for each example, which follows from its memory and its seed, whatever its company.

        Args: temperature, how much is left to chance: 0 takes the most usual wherever there is one.
        """


class SymbolDecoder(Decoder):
    """A decoder that writes symbols one by one: what `seqkit.decoding` searches with.

    Inspection asks for `step_scores` and `symbol_names`, objectives other than the loss for the methods from
    `step_log_probs` on; what a decoder does not override is refused by name.
    """

    end: int
    """The symbol that ends an output."""
    alphabet: Any
    """Equal in two decoders whose symbols mean the same."""
    longest: int = 0
    """Symbols of the longest training target, end included; 0: not known."""
    repeats: int | None = None
    """How much more often than its source an output repeats three symbols in a row; None: no search blocks it."""

    @property
    def placeholders(self) -> Sequence[str]:
        """Those of `seqkit.text.placeholders` that the model was trained to copy from a source of text."""
        return ()

    @abstractmethod
    def start(self, memory: Memory) -> Any:
        """The state before the first step, one row an example."""

    @abstractmethod
    def step(self, previous_N: Tensor | None, state: Any) -> tuple[Tensor, Any]:
        """Symbols just written (None before the first) -> log P(next)_NV, and the state after it."""

    @abstractmethod
    def select(self, state: Any, rows_N: Tensor, examples_B: Tensor | None) -> Any:
        """The state of these rows. Args: examples_B, which examples are left."""

    @abstractmethod
    def read(self, symbols: Sequence[int]) -> Any:
        """What the symbols say, without `end`: a str from a text decoder."""

    @abstractmethod
    def symbols(self, target: Any) -> list[int]:
        """The symbols of a target, or of its beginning, without `end`."""

    def coverage(self, state: Any) -> Tensor:
        """How much of the source each row has left out, (N,): 0 for nothing, less for more (Wu et al. 2016)."""
        raise self.lacks("attention, whose coverage could be counted")

    @property
    def V(self) -> Tensor | None:
        """Output matrix, (V, size of o); None where there is none."""
        return None

    def step_scores(self, memory: Memory, batch: Any) -> Tensor:
        """Logits of every symbol at every step, (B, T, V), for inspection."""
        raise self.lacks("scores of symbols")

    def symbol_names(self) -> list[str]:
        """Name of each of the V symbols."""
        raise self.lacks("names of symbols")

    def step_log_probs(self, memory: Memory, batch: Any) -> StepLogProbs:
        """Log-probabilities of every symbol at every step of the targets."""
        raise self.lacks("log-probabilities of single steps")

    def batch(self, rows: Sequence[Sequence[int]]) -> Any:
        """Symbols of targets, without `end`, as one batch, as `collate` makes it."""
        raise self.lacks("batches of symbols")

    def rows(self, batch: Any) -> list[list[int]]:
        """The symbols of each target of a batch, without `end`."""
        raise self.lacks("symbols of a batch")

    def inputs(self, batch: Any) -> Tensor:
        """Inputs of the decoder at each step, inputs_BT: the previous symbol; arbitrary at the first step."""
        raise self.lacks("inputs of single steps")

    def with_decoder_inputs(self, batch: Any, inputs_BT: Tensor) -> Any:
        """The batch with other input symbols of the decoder, and the same targets."""
        raise self.lacks("inputs of single steps")
