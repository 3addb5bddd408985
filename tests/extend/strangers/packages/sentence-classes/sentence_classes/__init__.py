"""Sentence classification: P(class | words) = softmax(V z), z the mean of the states of a recurrent layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from seqkit import CommandSpec, MetricSpec, ModelSpec, TaskSpec, hookimpl
from seqkit.config import LARGEST, check_range
from seqkit.models.contracts import ModelOptions


@dataclass(frozen=True)
class ClassifierOptions(ModelOptions):
    """Options of the network."""

    recurrence: str = "gru"
    """Which registered recurrence computes z_t."""
    hidden: int = 32
    """Size of z_t."""
    embedding_size: int = 16
    """Size of a word's vector."""
    pooling: Literal["mean", "last"] = "mean"
    """How the z_t become one vector: their mean, or the last one."""
    dropout: float = 0.1
    """Dropout of x_t and z_t, one mask a sentence."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 1, LARGEST, "hidden", "embedding_size")
        check_range(self, 0, 0.99, "dropout")


@dataclass(frozen=True)
class ClassifierTraining:
    """How examples are read, and which epoch is kept."""

    text_column: str = "text"
    """Column, or JSON key, that holds the sentence."""
    class_column: str = "class"
    """Column, or JSON key, that holds the class."""
    rare_words: int = 1
    """Words seen less often in training count as unknown."""
    lowercase: bool = True
    """Whether case is ignored."""
    metric: str = "macro-f1"
    """Registered metric of the classes on dev that decides which epoch is kept."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a count below 1."""
        check_range(self, 1, LARGEST, "rare_words")


@dataclass(frozen=True)
class ClassifierEvaluation:
    """How examples are read, and which scores are added."""

    text_column: str = "text"
    """Column, or JSON key, that holds the sentence."""
    class_column: str = "class"
    """Column, or JSON key, that holds the class."""
    metric: str = ""
    """More scores, by the names of registered metrics, with commas."""


@dataclass(frozen=True)
class ClassifierApplication:
    """What is written for each sentence."""

    all_classes: bool = False
    """Write the probability of every class."""


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `classifier`."""
    yield ModelSpec(
        "classifier",
        task="sentence-class",
        options=ClassifierOptions,
        build="sentence_classes.model:Classifier",
        facts="sentence_classes.facts:ClassifierFacts",
        summary="a class for each sentence",
    )


@hookimpl
def seqkit_tasks() -> Iterable[TaskSpec]:
    """The task `sentence-class`."""
    yield TaskSpec(
        "sentence-class",
        implementation="sentence_classes.task:SentenceClasses",
        options=ClassifierTraining,
        evaluation=ClassifierEvaluation,
        application=ClassifierApplication,
        defaults={"label_smoothing": 0.0, "learning_rate": 0.01},
        verb="classify",
        summary="sentence classification",
    )


@hookimpl
def seqkit_metrics() -> Iterable[MetricSpec]:
    """The metric `macro-f1`."""
    yield MetricSpec(
        "macro-f1", metric="sentence_classes.metric:MacroF1", unit="points", summary="mean F1 of the classes"
    )


@hookimpl
def seqkit_commands() -> Iterable[CommandSpec]:
    """The command `classify`."""
    yield CommandSpec(
        "classify", command="sentence_classes.command:classify", summary="Give a sentence its class."
    )
