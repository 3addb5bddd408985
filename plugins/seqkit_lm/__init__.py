"""Language models (Mikolov et al. 2010): P(y_1:T) = Π_t softmax(V z_t)[y_t], z_t a function of y_<t."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from seqkit import CommandSpec, ModelSpec, TaskSpec, hookimpl
from seqkit.config import DEEPEST, LARGEST, MOST_PIECES, check_range
from seqkit.models.contracts import ModelOptions


@dataclass(frozen=True)
class LMOptions(ModelOptions):
    """Options of the network and its symbols."""

    unit: Literal["pieces", "characters", "words"] = "pieces"
    """Symbols: SentencePiece pieces, characters, or words between spaces."""
    recurrence: str = "lstm"
    """Registered recurrence that computes z_t."""
    layers: int = field(default=1, metadata={"unit": "layers"})
    """Depth: the states of layer l are the inputs of layer l+1."""
    hidden: int = field(default=256, metadata={"unit": "features"})
    """Size of z_t."""
    embedding_size: int = field(default=128, metadata={"unit": "features"})
    """Size of a symbol's vector."""
    vocab_size: int = field(default=0, metadata={"unit": "symbols"})
    """Maximum number of pieces or words; 0 adapts it to the text. All characters are kept."""
    dropout: float = field(default=0.2, metadata={"unit": "share"})
    """Dropout of x_t and z_t, one mask for each window (variational)."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 1, DEEPEST, "layers")
        check_range(self, 1, LARGEST, "hidden", "embedding_size")
        check_range(self, 0, MOST_PIECES, "vocab_size")
        check_range(self, 0, 0.99, "dropout")


@dataclass(frozen=True)
class LMTraining:
    """Options of training: windows of back-propagation through time, and the language."""

    bptt_window: int = field(default=64, metadata={"unit": "steps"})
    """Window of truncated back-propagation through time, in steps (Williams & Peng 1990); the state is carried on."""
    lang: str = ""
    """Language code of the text. Default: the corpus's, else xx."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a window without a step."""
        check_range(self, 1, 100_000, "bptt_window")


@dataclass(frozen=True)
class LMApplication:
    """Options of sampling continuations for files of prompts."""

    length: int = 200
    """Maximum number of symbols to add."""
    temperature: float = 1.0
    """Sampling temperature; below 1 favours probable symbols, 0 chooses the most probable one."""
    top_p: float = 1.0
    """Sample from the most probable symbols with this total probability."""
    seed: int = 1
    """Seed of sampling."""
    count: int = 1
    """Number of samples for each prompt."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 1, 100_000, "length")
        check_range(self, 0, 100, "temperature")
        check_range(self, 1e-6, 1, "top_p")
        check_range(self, 1, 1000, "count")
        check_range(self, 0, 2**63 - 1, "seed")


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `lm`."""
    yield ModelSpec(
        "lm",
        task="lm",
        options=LMOptions,
        build="seqkit_lm.model:LanguageModel",
        facts="seqkit_lm.symbols:LMFacts",
        summary="a language model: the next piece, character or word",
    )


@hookimpl
def seqkit_tasks() -> Iterable[TaskSpec]:
    """The task `lm`."""
    yield TaskSpec(
        "lm",
        implementation="seqkit_lm.task:LMTask",
        options=LMTraining,
        application=LMApplication,
        defaults={"label_smoothing": 0.0, "patience": 3},
        verb="generate",
        example="seqkit_lm.example:example",
        loaded="seqkit_lm.loaded:LoadedLM",
        summary="language models: perplexity, text generation",
    )


@hookimpl
def seqkit_commands() -> Iterable[CommandSpec]:
    """The command `generate`."""
    yield CommandSpec(
        "generate", command="seqkit_lm.command:generate", summary="Continue a text with a language model."
    )
