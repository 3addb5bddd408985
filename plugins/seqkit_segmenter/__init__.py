"""A segmenter: splits raw text into sentences and words, trained on a treebank, for any script.

A bidirectional recurrent network over characters labels each one: inside a token, the end of a token, or the end of a
multiword token (as UDPipe does, Straka & Straková 2017). A second network reads the possible sentence ends, with the
words around them, and predicts which of them are sentence ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from seqkit import CommandSpec, ModelSpec, TaskSpec, hookimpl
from seqkit.config import DEEPEST, LARGEST, check_range
from seqkit.models.contracts import ModelOptions


@dataclass(frozen=True)
class SegmenterOptions(ModelOptions):
    """Options of the network."""

    recurrence: str = "lstm"
    """Registered recurrence."""
    char_context: Literal["auto", "text", "run"] = "auto"
    """What the network over characters reads at once: text, the whole text; run, the characters between white space,
    whose result is kept for the next time they occur, which saves time. auto: run for languages with spaces between
    words."""
    hidden: int = field(default=64, metadata={"unit": "features"})
    """Size of the state of each direction over characters."""
    layers: int = field(default=1, metadata={"unit": "layers"})
    """Depth of the network over characters."""
    context: int = field(default=128, metadata={"unit": "features"})
    """Size of the state of each direction over possible sentence ends."""
    context_layers: int = field(default=1, metadata={"unit": "layers"})
    """Depth of that network."""
    char_size: int = field(default=32, metadata={"unit": "features"})
    """Size of a character's vector."""
    class_size: int = field(default=16, metadata={"unit": "features"})
    """Size of the vector of a character's class: Unicode category, kind of white space."""
    run_size: int = field(default=48, metadata={"unit": "features"})
    """Size of the vector of a run of characters between white space; 0 does not use runs."""
    min_count: int = field(default=2, metadata={"unit": "occurrences"})
    """Runs and characters that occur less often share the unknown vector."""
    dropout: float = field(default=0.3, metadata={"unit": "share"})
    """Dropout of the states, one mask for each window (variational)."""
    run_dropout: float = field(default=0.2, metadata={"unit": "share"})
    """Share of runs replaced by the unknown run in training."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 1, DEEPEST, "layers", "context_layers")
        check_range(self, 1, LARGEST, "hidden", "context", "char_size", "class_size")
        check_range(self, 0, LARGEST, "run_size")
        check_range(self, 1, LARGEST, "min_count")
        check_range(self, 0, 0.99, "dropout", "run_dropout")


@dataclass(frozen=True)
class SegmenterTraining:
    """Options of training, such as the share of text that is changed to resemble informal writing."""

    lang: str = ""
    """Language code of the text. Default: the corpus's, else xx."""
    text_noise: float = field(default=0.3, metadata={"unit": "share"})
    """Share of windows that are changed in each epoch: a sentence alone, letter case, final punctuation, line ends."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a share out of range."""
        check_range(self, 0, 1, "text_noise")


@dataclass(frozen=True)
class SegmenterApplication:
    """Options of applying a segmenter to files."""

    lang: str = "en"
    """Language code of the text."""


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `segmenter`."""
    yield ModelSpec(
        "segmenter",
        task="segmentation",
        options=SegmenterOptions,
        build="seqkit_segmenter.model:SegmenterModel",
        facts="seqkit_segmenter.facts:SegmenterFacts",
        summary="a segmenter: splits raw text into sentences and words",
    )


@hookimpl
def seqkit_tasks() -> Iterable[TaskSpec]:
    """The task `segmentation`."""
    yield TaskSpec(
        "segmentation",
        implementation="seqkit_segmenter.task:SegmentationTask",
        options=SegmenterTraining,
        application=SegmenterApplication,
        defaults={"label_smoothing": 0.0},
        verb="segment",
        example="seqkit_segmenter.example:example",
        loaded="seqkit_segmenter.loaded:LoadedSegmenter",
        provides="segmenter",
        numpy_form="seqkit_segmenter.starting:starting",
        summary="segmenters: split raw text into sentences and words",
    )


@hookimpl
def seqkit_commands() -> Iterable[CommandSpec]:
    """The command `segment`."""
    yield CommandSpec(
        "segment", command="seqkit_segmenter.command:segment", summary="Split text into sentences and words."
    )
