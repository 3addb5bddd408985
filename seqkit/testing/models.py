"""Checks of a model: training, and the trained folder; `trainables` has the others."""

from __future__ import annotations

import json

import torch

from seqkit.extend.build import facts_class
from seqkit.extend.manager import registry
from seqkit.models.artifact import load_model
from seqkit.models.folder import model_info, verify
from seqkit.models.needs import missing
from seqkit.models.options import names_in, parts_of_options
from seqkit.testing import trainables  # noqa: F401 (its checks follow)
from seqkit.testing.check import Subject, check, expect
from seqkit.testing.modalities import parameters
from seqkit.testing.preparing import example_of, prepared, trained
from seqkit.training.arguments import TrainingArguments
from seqkit.training.make_request import make_request
from seqkit.training.request_sections import sections_of, task_of


@check("models", quick=True)
def task_is_there(subject: Subject) -> None:
    """A plugin offers the task of the model."""
    task_of(subject.spec)


@check("models", quick=True)
def training_accepts_its_options(subject: Subject) -> None:
    """No option of the model has the name of one of the task, the training, the objective or the optimizer."""
    make_request(TrainingArguments(subject.name, train=("data",)))


@check("models", quick=True)
def parts_are_there(subject: Subject) -> None:
    """The recurrence, encoders and decoder that the options name by default are registered."""
    options = subject.spec.options()
    for option, kind in parts_of_options(type(options)).items():
        for name in names_in(str(getattr(options, option, ""))):
            registry().find(kind, name)


@check("models", quick=True)
def facts_have_a_class(subject: Subject) -> None:
    """The model or its task names a class of facts with `save` and `load`."""
    found = facts_class(subject.spec)
    expect(
        all(callable(getattr(found, name, None)) for name in ("save", "load")), f"{found} lacks save or load"
    )


@check("models")
def sections_are_apart(subject: Subject) -> None:
    """Each option belongs to one section of the request."""
    sections = sections_of(subject.spec, task_of(subject.spec), {})
    names = [name for kind in sections.values() for name in getattr(kind, "__dataclass_fields__", ())]
    twice = sorted({name for name in names if names.count(name) > 1})
    expect(not twice, f"there twice: {', '.join(twice)}")


@check("models", "tasks")
def training_writes_a_model(subject: Subject) -> None:
    """A short training ends with a folder whose files have their checksums."""
    faults = verify(trained(subject))
    expect(not faults, "; ".join(faults[:3]))


@check("models", "tasks")
def trained_model_names_what_it_needs(subject: Subject) -> None:
    """The folder names model, task, plugin packages and versions."""
    config = model_info(trained(subject)).config
    expect(
        {"task", "model", "needs", "versions", "format"} <= set(config), f"has {', '.join(sorted(config))}"
    )
    expect(not list(missing(config["needs"])), "something that it needs is missing")


@check("models", "tasks")
def trained_model_loads(subject: Subject) -> None:
    """The loaded model has the options and weights of the saved one."""
    first, second = (load_model(str(trained(subject))) for _ in range(2))
    expect(torch.equal(parameters(first), parameters(second)), "two loadings differ")
    expect(first.options == prepared(subject).task.model.options, "the options differ")


@check("models", "tasks")
def training_changes_the_weights(subject: Subject) -> None:
    """The trained weights are not the first ones."""
    before, after = parameters(prepared(subject).task.model), parameters(load_model(str(trained(subject))))
    expect(before.shape == after.shape and not torch.equal(before, after), "weights are as at first")


@check("models", "tasks")
def card_is_markdown(subject: Subject) -> None:
    """The model card has a title and the command."""
    text = (trained(subject) / "README.md").read_text(encoding="utf-8")
    expect("\n# " in f"\n{text}" and "seqkit train" in text, "no title, or no command")


@check("models", "tasks")
def options_are_recorded(subject: Subject) -> None:
    """The configuration has the options of the network that were given."""
    config = json.loads((trained(subject) / "config.json").read_text(encoding="utf-8"))
    given = example_of(subject).options
    differ = [
        name
        for name, value in given.items()
        if name in config["options"] and config["options"][name] != value
    ]
    expect(not differ, f"differ: {', '.join(differ)}")
