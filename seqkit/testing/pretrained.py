"""Checks of a trained model that ships: folder, files, card and required packages."""

from __future__ import annotations

from typing import Any

from seqkit.extend.build import class_of
from seqkit.extend.manager import registry
from seqkit.models.folder import CARD, ModelInfo, default_model, model_info, shipped_folder, verify
from seqkit.models.needs import missing
from seqkit.tasks import Task
from seqkit.testing.check import Skipped, Subject, check, expect


@check("pretrained", quick=True)
def folder_is_there(subject: Subject) -> None:
    """The folder exists in its package."""
    place = shipped_folder(subject.spec)
    expect(place.is_dir(), f"{place}: no such folder")


@check("pretrained", quick=True)
def folder_holds_a_model(subject: Subject) -> None:
    """The folder has the configuration and the manifest of a model."""
    expect(_info(subject).config, "no configuration")


@check("pretrained")
def files_are_as_they_were_made(subject: Subject) -> None:
    """Every file has the checksum of the manifest."""
    faults = verify(shipped_folder(subject.spec))
    expect(not faults, "; ".join(faults[:3]))


@check("pretrained")
def task_is_that_of_the_record(subject: Subject) -> None:
    """The model is of the task that the record names."""
    expect(_info(subject).config["task"] == subject.spec.task, f"it is for {_info(subject).config['task']}")


@check("pretrained", quick=True)
def needs_are_installed(subject: Subject) -> None:
    """All packages that the model needs are installed."""
    lacking = [problem for problem, _ in missing(_info(subject).config["needs"])]
    expect(not lacking, "; ".join(lacking))


@check("pretrained")
def it_is_found_by_name(subject: Subject) -> None:
    """The name leads to the folder of the package."""
    expect(_info(subject).folder == shipped_folder(subject.spec), "another folder has the name")


@check("pretrained")
def there_is_a_default_for_its_language(subject: Subject) -> None:
    """The task and language of the record have a default model."""
    expect(default_model(subject.spec.task, subject.spec.language), "no default")


@check("pretrained")
def card_is_there(subject: Subject) -> None:
    """The card has a title and says how the model was trained."""
    text = (shipped_folder(subject.spec) / CARD).read_text(encoding="utf-8")
    expect("\n# " in f"\n{text}", "no title")
    expect("seqkit train" in text, "the card does not name the command of its training")


@check("pretrained")
def training_state_is_left_out(subject: Subject) -> None:
    """The state of the training does not ship."""
    expect(not (shipped_folder(subject.spec) / "training").exists(), "the folder `training` ships, too")


@check("pretrained")
def weights_are_safetensors(subject: Subject) -> None:
    """Weights are safetensors; nothing is pickled."""
    names = [path.name for path in shipped_folder(subject.spec).rglob("*") if path.is_file()]
    pickled = [name for name in names if name.endswith((".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt"))]
    expect(not pickled, f"{', '.join(pickled)}")
    expect(any(name.endswith(".safetensors") for name in names), "no safetensors file")


@check("pretrained")
def it_loads(subject: Subject) -> None:
    """The task loads the model."""
    expect(_loaded(subject) is not None, "`load` gives None")


@check("pretrained")
def versions_are_recorded(subject: Subject) -> None:
    """The configuration has the versions of the packages that made it."""
    if "versions" not in _info(subject).config:
        raise Skipped("the model was made before versions were recorded")
    expect(_info(subject).config["versions"], "no versions")


@check("pretrained")
def size_is_reasonable(subject: Subject) -> None:
    """The folder has at most 100 MB, the limit of package indexes."""
    size = sum(path.stat().st_size for path in shipped_folder(subject.spec).rglob("*") if path.is_file())
    expect(size < 100e6, f"{size / 1e6:.0f} MB")


def _info(subject: Subject) -> ModelInfo:
    return subject.once("info", lambda: model_info(subject.name))


def _loaded(subject: Subject) -> Any:
    registry().find("tasks", subject.spec.task)
    task = class_of(Task, "tasks", subject.spec.task, "seqkit.tasks.Task")()
    return subject.once("loaded", lambda: task.load(subject.name))
