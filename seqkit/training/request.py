"""What a user asked to be trained, and from what. Imports no torch."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqkit.config import fill, flatten, read_toml, to_toml
from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.files import write_text
from seqkit.formats.media import Limits
from seqkit.models.folder import absolute_model, model_info
from seqkit.models.options import options_class
from seqkit.pairs import absolute
from seqkit.training.options import TrainingOptions

CONFIG = "config.toml"
"""Holds the request, resolved, in the run's own folder."""

LIMITS = Limits()


@dataclass(frozen=True)
class Sources:
    """Where the examples come from, and what is learnt from them."""

    model: str = ""
    corpus: str = ""
    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    start: str = ""
    """A trained model that is trained further: name or folder."""
    gold: str = ""
    teacher: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    source: str = ""
    """The side of parallel text that is read,"""
    target: str = ""
    """and the one that is written."""
    lang: str = ""
    skip_bad: bool = False
    max_seconds: float = LIMITS.seconds
    """Of a recording or film; longer ones are bad records."""
    max_pixels: int = LIMITS.pixels
    """Of a picture or frame."""
    max_frames: int = LIMITS.frames
    """Of a film."""


@dataclass(frozen=True)
class Request:
    """A training run, described in full."""

    sources: Sources
    model: Any
    training: TrainingOptions

    def to_toml(self) -> str:
        """As a file that `--config` takes."""
        return to_toml(
            {name: dataclasses.asdict(getattr(self, name)) for name in ("sources", "model", "training")}
        )


def make_request(given: Mapping[str, Any], configs: Sequence[Path], settings: Mapping[str, Any]) -> Request:
    """Merge TOML files, `--set` settings and the command's own options; the later of these win.

    Paths become absolute. Raises SeqkitError for an unknown model or option, for a value of the wrong type,
    and for a file, or a model to begin with, that has the options of another model.
    """
    values: dict[str, Any] = {}
    for config in configs:
        found = flatten(read_toml(config), ("sources", "model", "training"), str(config))
        if found.get("model", given["model"]) != given["model"]:
            problem = f"{config}: has the options of {found['model']}, not of {given['model']}"
            raise SeqkitError(problem, f"Train {found['model']}, or give another file.", exit_code=2)
        values |= found
    values |= {**settings, **{key: value for key, value in given.items() if value}}
    if values.get("start"):
        values = _options_of(str(values["start"]), given["model"]) | values
    options = options_class(registry().find("models", given["model"]), values)
    filled = fill({"sources": Sources, "model": options, "training": TrainingOptions}, values)
    return Request(**{**filled, "sources": _settled(filled["sources"])})


def _options_of(start: str, model: str) -> dict[str, Any]:
    """The options of the network of a trained model. Raises SeqkitError where it is of another kind."""
    config = model_info(start).config
    if config["model"] != model:
        problem = f"--from {start}: is a model of the kind {config['model']}, not {model}"
        raise SeqkitError(problem, f"Train {config['model']}, or begin with another model.", exit_code=2)
    # What was learnt beside the labels was dropped; it is no part of the network.
    return {key: value for key, value in config["options"].items() if key != "auxiliary"}


def _settled(sources: Sources) -> Sources:
    """Paths absolute, so that a run can be resumed from another folder; each kind of label once."""
    pipeline = sources.gold.removeprefix("spacy:")
    return dataclasses.replace(
        sources,
        train=tuple(map(absolute, sources.train)),
        dev=tuple(map(absolute, sources.dev)),
        teacher=tuple(map(absolute_model, sources.teacher)),
        start=absolute_model(sources.start),
        gold=f"spacy:{os.path.abspath(pipeline)}" if os.sep in pipeline else sources.gold,
        label=tuple(dict.fromkeys(sources.label)),
    )


def check_used(request: Request) -> None:
    """Raise SeqkitError for an option of training that changes nothing in this one."""
    options, plain = request.training, TrainingOptions()
    task = registry().find("models", request.sources.model).task
    unused = {"momentum": "only sgd has it"} if options.optimizer != "sgd" else {}
    if not request.sources.teacher:
        unused |= dict.fromkeys(("teacher_weight", "noisy_copies", "noise"), "it is for --teacher")
    if task != "seq2seq":
        unused["renaming"] = "it is for pairs of text"
    for name, reason in unused.items():
        if getattr(options, name) != getattr(plain, name):
            problem = f"option {name}={getattr(options, name)}: {reason}"
            raise SeqkitError(problem, "Leave it out.", exit_code=2)


def check_unchanged(folder: Path, request: Request) -> None:
    """Raise SeqkitError where a run that is to be resumed was begun with other options."""
    before = read_toml(folder / CONFIG)
    sections = {name: values for name, values in before.items() if isinstance(values, dict)}
    for section, values in sections.items():
        now = dataclasses.asdict(getattr(request, section))
        for key, value in values.items():
            current = list(now[key]) if isinstance(now.get(key), tuple) else now.get(key)
            if current != value:
                raise SeqkitError(
                    f"{folder.parent}: was begun with {key}={value!r}, not {current!r}",
                    "Resume with the options it was begun with, or choose another --out.",
                    exit_code=2,
                )


def save_request(folder: Path, request: Request) -> None:
    """Write the request, resolved, to the run's own folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / CONFIG, request.to_toml())
