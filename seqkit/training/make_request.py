"""Make the request of a training from TOML files, settings and the command line. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqkit.config import fill, flatten, read_toml
from seqkit.data.catalogue import named_with_options
from seqkit.data.pair_sides import absolute
from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.extend.specs import ModelSpec, TaskSpec
from seqkit.models.folder import absolute_model, model_info
from seqkit.training.arguments import TrainingArguments
from seqkit.training.request import SECTIONS, Sources, TaskOptions, TrainingRequest
from seqkit.training.request_sections import check_elsewhere, sections_of, task_of, trained_task


def make_request(arguments: TrainingArguments) -> TrainingRequest:
    """Merge files of options, settings and arguments; the later of these win.

    Paths become absolute. Raises SeqkitError for an unknown model or option, for a value of the wrong type, and for a
    file, or a model to begin with, that has the options of another model.
    """
    values: dict[str, Any] = {}
    origins: dict[str, Path] = {}
    model, typed = arguments.model, arguments.values
    for config in arguments.configs:
        found = flatten(read_toml(config), SECTIONS, str(config))
        if found.get("model", model) != model:
            problem = f"{config}: has the options of {found['model']}, not of {model}"
            raise SeqkitError(problem, f"Train {found['model']}, or give another file.", exit_code=2)
        values |= found
        origins |= dict.fromkeys(found, config)
    values |= typed
    spec: ModelSpec = registry().find("models", model)
    task = task_of(spec)
    if values.get("start"):
        values = _options_of(str(values["start"]), spec, task) | values
    values = _with_corpus_options(_without_sections(values))
    sections = sections_of(spec, task, values)
    values = _own_defaults(task, sections) | values
    check_elsewhere(sections, values)
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


def _own_defaults(task: TaskSpec, sections: Mapping[str, type]) -> dict[str, Any]:
    """The task's defaults for options that the chosen records have."""
    known = {field.name for kind in sections.values() for field in dataclasses.fields(kind)}
    return {name: value for name, value in task.defaults.items() if name in known}


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
