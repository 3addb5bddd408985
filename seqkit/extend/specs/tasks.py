"""Records of tasks, commands and engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqkit.extend.specs.options import NoOptions


@dataclass(frozen=True)
class TaskSpec:
    """A kind of model: preparation of its examples, training, scores and application.

    `implementation` names a subclass of `seqkit.tasks.Task`, created without arguments. `options` is a frozen dataclass
    of the options of `seqkit train` for such models, `evaluation` of those of `seqkit evaluate`, `application` of those
    of `seqkit batch VERB`. Each field becomes an option of the command (`bptt_window` is `--bptt-window`); `--set` also
    sets the options of training.
    """

    name: str
    implementation: str
    options: type = NoOptions
    evaluation: type = NoOptions
    application: type | None = None
    """Options of applying such models to files; None if `Task.apply` is not implemented."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Defaults of this task for options of training, objective and optimizer, such as {"label_smoothing": 0}."""
    verb: str = ""
    """The command that applies such models, such as "tag"."""
    inference_dtypes: tuple[str, ...] = ("float32", "bfloat16")
    """Number formats in which such models can be applied."""
    oldest_format: int = 1
    """The oldest format of model folders that still gives the same results."""
    facts: str | None = None
    """The class of properties of the training data, for models whose record names none."""
    example: str | None = None
    """`"module:attr"`: `(folder) -> seqkit.tasks.TaskExample` writes small data into a folder, with which `seqkit
    plugins check` trains, evaluates and applies the models of the task."""
    provides: str = ""
    """A service of such models for other tasks: "segmenter", or ""."""
    numpy_form: str | None = None
    """`"module:attr"`: `(name_or_folder) -> model | None` loads such a model as a service without torch, for a short
    stream; it returns None if a part of the model has no numpy form."""
    loaded: str | None = None
    """A subclass of `seqkit.tasks.loaded.LoadedModel`, with typed methods, which `seqkit.load` returns. None: that
    class, which has `apply`, `pipe`, and a method with the name of `verb`."""
    summary: str = ""


@dataclass(frozen=True)
class CommandSpec:
    """A command of `seqkit`.

    `command` names a function annotated for Typer, or a `typer.Typer` with several commands. It is imported when the
    command runs, or when its help is shown.
    """

    name: str
    command: str
    summary: str = ""
    """The command's line in `seqkit --help`."""


@dataclass(frozen=True)
class EngineSpec:
    """An engine that processes the parts of a batch.

    `engine` names a subclass of `seqkit.batch.engine.Engine`, created as `engine(setup, request)`. It is selected by
    `seqkit batch VERB --engine NAME`; the fields of `options`, a frozen dataclass, are options of the command.
    """

    name: str
    engine: str
    options: type = NoOptions
    summary: str = ""
