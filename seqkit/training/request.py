"""Requests of a training: what is trained, and on which data. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from seqkit.config import fill, flatten, read_toml, to_toml
from seqkit.data.catalogue import named_with_options
from seqkit.data.pairs import absolute
from seqkit.errors import SeqkitError
from seqkit.extend.build import class_of
from seqkit.extend.manager import registry
from seqkit.extend.specs import ModelSpec, TaskSpec
from seqkit.io.atomic import write_text
from seqkit.models.folder import absolute_model, model_info
from seqkit.models.options import options_class
from seqkit.training.options import TrainingOptions
from seqkit.training.trained_task import TrainedTask

CONFIG = "config.toml"
"""Holds the request, resolved, in the run's own folder."""
CHOICES = {"objective": "objectives", "optimizer": "optimizers"}
"""Training option -> kind of record that it names, whose options are a section of the request."""


@dataclass(frozen=True)
class Sources:
    """What is trained, and where the examples come from."""

    model: str = ""
    corpus: str = ""
    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    start: str = ""
    """A trained model that is trained further: name or folder."""
    skip_bad: bool = False


class TaskOptions:
    """A mix-in for the options of a task that have more to say than their values."""

    def resolved(self) -> Any:
        """The options with absolute paths, so that a run can be resumed from another folder."""
        return self

    def check(self) -> None:
        """Raise SeqkitError for options that contradict each other or change nothing."""


@dataclass(frozen=True)
class TrainingRequest:
    """A training run, described in full. Each field is a section of `config.toml`."""

    sources: Sources
    task: Any
    """The TaskSpec's options."""
    model: Any
    training: TrainingOptions
    objective: Any
    """The ObjectiveSpec's options."""
    optimizer: Any
    """The OptimizerSpec's options."""

    @property
    def sections(self) -> dict[str, dict[str, Any]]:
        """Section -> option -> value."""
        return {
            field.name: dataclasses.asdict(getattr(self, field.name)) for field in dataclasses.fields(self)
        }

    def to_toml(self) -> str:
        """As a file that `--config` takes."""
        return to_toml(self.sections)

    def replace(self, section: str, **values: Any) -> TrainingRequest:
        """The request with some options of one section replaced."""
        changed = dataclasses.replace(getattr(self, section), **values)
        return dataclasses.replace(self, **{section: changed})


SECTIONS = tuple(field.name for field in dataclasses.fields(TrainingRequest))


def make_request(
    given: Mapping[str, Any], configs: Sequence[Path], settings: Mapping[str, Any]
) -> TrainingRequest:
    """Merge TOML files, `--set` settings and the command's own options; the later of these win.

    Args: given, option -> value of those that the command line had; `model` among them. Paths become absolute. Raises
    SeqkitError for an unknown model or option, for a value of the wrong type, and for a file, or a model to begin with,
    that has the options of another model.
    """
    values: dict[str, Any] = {}
    origins: dict[str, Path] = {}
    for config in configs:
        found = flatten(read_toml(config), SECTIONS, str(config))
        if found.get("model", given["model"]) != given["model"]:
            problem = f"{config}: has the options of {found['model']}, not of {given['model']}"
            raise SeqkitError(problem, f"Train {found['model']}, or give another file.", exit_code=2)
        values |= found
        origins |= dict.fromkeys(found, config)
    typed = {**settings, **{key: value for key, value in given.items() if value is not None}}
    values |= typed
    spec: ModelSpec = registry().find("models", given["model"])
    task = task_of(spec)
    if values.get("start"):
        values = _options_of(str(values["start"]), spec, task) | values
    values = _with_corpus_options(_without_sections(values))
    sections = sections_of(spec, task, values)
    values = _own_defaults(task, sections) | values
    _check_elsewhere(sections, values)
    with _file_named({key: config for key, config in origins.items() if key not in typed}):
        filled = fill(sections, values)
    registry().find("schedules", filled["training"].schedule)
    return TrainingRequest(
        **{**filled, "sources": _resolved(filled["sources"]), "task": _resolved_task(filled["task"])}
    )


@contextmanager
def _file_named(origins: Mapping[str, Path]) -> Iterator[None]:
    """Begin the message about an option with the file that has it. Args: origins, option -> file."""
    try:
        yield
    except SeqkitError as error:
        for key, config in origins.items():
            if f"option {key}=" in error.problem or f"option '{key}'" in error.problem:
                problem = f"{config}: {error.problem}"
                raise SeqkitError(problem, error.fix, exit_code=error.exit_code) from None
        raise


def _without_sections(values: Mapping[str, Any]) -> dict[str, Any]:
    """`training.optimizer` as `optimizer`, `model.encoder` as `encoder`: these decide which options there are."""
    return {
        key.partition(".")[2] if key.startswith(("training.", "model.")) else key: value
        for key, value in values.items()
    }


def trained_task(name: str) -> TrainedTask:
    """The task of that name. Raises PluginError for a class that is none."""
    made: TrainedTask = class_of(TrainedTask, "tasks", name, "seqkit.tasks.Task")()
    return made


def _with_corpus_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """`corpus.length=600` as a part of the corpus's name, so that every reader of the name makes the same examples."""
    own = {key.partition(".")[2]: value for key, value in values.items() if key.startswith("corpus.")}
    rest = {key: value for key, value in values.items() if not key.startswith("corpus.")}
    if not own:
        return rest
    if not rest.get("corpus"):
        key = next(iter(own))
        raise SeqkitError(f"option corpus.{key}: no corpus is given", "Name one by --corpus.", exit_code=2)
    return rest | {"corpus": named_with_options(str(rest["corpus"]), own)}


def task_of(spec: ModelSpec) -> TaskSpec:
    """The task of a model. Raises SeqkitError where no plugin offers it, and where two claim its name."""
    registry().check_uncontested("tasks", spec.task)
    known = {registered.spec.name: registered.spec for registered in registry().all("tasks")}
    if spec.task not in known:
        problem = f"{spec.name}: a model for {spec.task}, which this seqkit does not train"
        fix = f"It trains models for {', '.join(known)}.{registry().faults}"
        raise SeqkitError(problem, fix, exit_code=2)
    return known[spec.task]


def sections_of(spec: ModelSpec, task: TaskSpec, values: Mapping[str, Any]) -> dict[str, type]:
    """Section -> its dataclass, as the options chosen so far decide."""
    plain = TrainingOptions()
    chosen = {
        name: registry().find(kind, str(values.get(name, getattr(plain, name)))).options
        for name, kind in CHOICES.items()
    }
    return {
        "sources": Sources,
        "task": task.options,
        "model": options_class(spec, values),
        "training": TrainingOptions,
        **chosen,
    }


def _own_defaults(task: TaskSpec, sections: Mapping[str, type]) -> dict[str, Any]:
    """The task's defaults for options that the chosen records have."""
    known = {field.name for kind in sections.values() for field in dataclasses.fields(kind)}
    return {name: value for name, value in task.defaults.items() if name in known}


def _check_elsewhere(sections: Mapping[str, type], values: Mapping[str, Any]) -> None:
    """Raise SeqkitError for an option that belongs to another objective, optimizer or task than the chosen one."""
    own = {field.name for kind in sections.values() for field in dataclasses.fields(kind)}
    for key in values:
        if key in own:
            continue
        owners = [owner for owner, options in _all_options() if key in options]
        if owners:
            problem = f"option {key}={values[key]}: is for {' or '.join(owners)}"
            raise SeqkitError(problem, "Leave it out.", exit_code=2)


def _all_options() -> Iterator[tuple[str, set[str]]]:
    """Every objective, optimizer and task with the names of its options."""
    for kind, noun in (
        ("objectives", "the objective"),
        ("optimizers", "the optimizer"),
        ("tasks", "models for"),
    ):
        for registered in registry().all(kind):
            names = {field.name for field in dataclasses.fields(registered.spec.options)}
            yield f"{noun} {registered.spec.name}", names


def _options_of(start: str, spec: ModelSpec, task: TaskSpec) -> dict[str, Any]:
    """The options of the network of a trained model. Raises SeqkitError where it is of another kind."""
    config = model_info(start).config
    if config["model"] != spec.name:
        problem = f"--from {start}: is a model of the kind {config['model']}, not {spec.name}"
        raise SeqkitError(problem, f"Train {config['model']}, or begin with another model.", exit_code=2)
    return trained_task(task.name).finetune_options(config["options"])


def _resolved(sources: Sources) -> Sources:
    """Paths absolute, so that a run can be resumed from another folder."""
    return dataclasses.replace(
        sources,
        train=tuple(map(absolute, sources.train)),
        dev=tuple(map(absolute, sources.dev)),
        start=absolute_model(sources.start),
    )


def _resolved_task(options: Any) -> Any:
    return options.resolved() if isinstance(options, TaskOptions) else options


def check_used(request: TrainingRequest) -> None:
    """Raise SeqkitError for an option of the task that changes nothing in this run."""
    if isinstance(request.task, TaskOptions):
        request.task.check()


def check_unchanged(folder: Path, request: TrainingRequest) -> None:
    """Raise SeqkitError where a run that is to be resumed was begun with other options."""
    before = read_toml(folder / CONFIG)
    now = request.sections
    for section, values in now.items():
        begun = before.get(section, {})
        # TOML has no null: an option that was None is not in the file.
        for key in dict.fromkeys([*values, *begun]):
            value, current = begun.get(key), values.get(key)
            current = list(current) if isinstance(current, tuple) else current
            current = str(current) if isinstance(current, PurePath) else current
            if current != value:
                raise SeqkitError(
                    f"{folder.parent}: was begun with {key}={value!r}, not {current!r}",
                    "Resume with the options it was begun with, or choose another --out.",
                    exit_code=2,
                )


def save_request(folder: Path, request: TrainingRequest) -> None:
    """Write the request, resolved, to the run's own folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / CONFIG, request.to_toml())
