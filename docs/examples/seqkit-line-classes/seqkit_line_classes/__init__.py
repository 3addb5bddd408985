"""line-classes: a class for each line, P(y | x_1:T) = softmax(V z_T)[y]. Files have lines `class TAB text`."""

from dataclasses import dataclass

from seqkit import CommandSpec, MetricSpec, ModelSpec, NoOptions, TaskSpec, hookimpl
from seqkit.config import LARGEST, check_range
from seqkit.models.contracts import ModelOptions


@dataclass(frozen=True)
class Options(ModelOptions):
    """Options of the network."""

    recurrence: str = "lstm"
    """Registered layer that computes z_t."""
    hidden: int = 64
    """Size of z_t."""
    embedding_size: int = 32
    """Size of a character's vector."""

    def __post_init__(self):
        check_range(self, 1, LARGEST, "hidden", "embedding_size")


@hookimpl
def seqkit_models():
    yield ModelSpec(
        "line-classes",
        task="line-classes",
        options=Options,
        build="seqkit_line_classes.model:LineClassesModel",
        facts="seqkit_line_classes.facts:Facts",
        summary="classes of lines",
    )


@hookimpl
def seqkit_tasks():
    yield TaskSpec(
        "line-classes",
        implementation="seqkit_line_classes.task:LineClassesTask",
        example="seqkit_line_classes.facts:example",
        application=NoOptions,
        defaults={"label_smoothing": 0.0},
        verb="line-classes-line",
        inference_dtypes=("float32",),
        summary="classes of lines",
    )


@hookimpl
def seqkit_metrics():
    metric = "seqkit_line_classes.metric:MacroF1"
    yield MetricSpec("class-f1", metric=metric, unit="points", summary="mean F1 of the classes")


@hookimpl
def seqkit_commands():
    command = "seqkit_line_classes.command:classify"
    yield CommandSpec("line-classes-line", command=command, summary="Classify a line.")
