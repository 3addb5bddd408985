"""Saving and loading models: configuration, weights, vocabularies, card. Weights are safetensors, never pickle."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import nn

from seqkit._version import __version__
from seqkit.config import fill
from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import ModelSpec
from seqkit.files import atomic_write, write_text
from seqkit.models.folder import (
    AGAIN,
    CARD,
    CONFIG,
    FORMAT,
    MANIFEST,
    WEIGHTS,
    ModelInfo,
    model_info,
    verify,
    write_manifest,
)
from seqkit.models.parts import write_json
from seqkit.nn.initial import without_first_weights


def save_model(folder: Path, name: str, model: Any, card: str, store: str = "float32") -> None:
    """Write a model folder. Files of an earlier model there are replaced, other files left alone.

    Args: name, the ModelSpec's; card, Markdown for `README.md`; store, number format of the weights on disk.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    model.facts.save(folder)
    write_json(folder / CONFIG, _config(name, model, store))
    write_weights(folder / WEIGHTS, model, getattr(torch, store))
    write_text(folder / CARD, card)
    write_manifest(folder)


def write_weights(path: Path, model: nn.Module, dtype: torch.dtype = torch.float32) -> None:
    """The weights as safetensors, atomically."""
    tensors = {
        name: value.detach().to(dtype if value.is_floating_point() else value.dtype).contiguous()
        for name, value in model.state_dict().items()
    }
    with atomic_write(path) as file:
        file.write(save_tensors(tensors))


def read_weights(path: Path, model: nn.Module) -> None:
    """Put the weights of a file into a model of the same shape. Raises SeqkitError where they do not fit."""
    try:
        tensors = load_tensors(path.read_bytes())
        model.load_state_dict({name: _widen(value) for name, value in tensors.items()})
    except (SafetensorError, RuntimeError) as error:
        raise SeqkitError(f"{path}: does not fit the model ({str(error).splitlines()[0]})", AGAIN) from None


def _widen(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value


def load_model(name_or_folder: str) -> Any:
    """A model by name or folder, ready to predict.

    Raises SeqkitError for a folder that is no model, is damaged or of a newer format, or needs a plugin
    that is not installed.
    """
    info = model_info(name_or_folder)
    problems = verify(info.folder)
    if problems:
        raise SeqkitError(f"{info.folder}: {problems[0]}", AGAIN)
    spec = _spec(info)
    options = fill({"model": spec.options}, info.config["options"])["model"]
    with without_first_weights():
        model = load(spec.build)(options, load(spec.facts).load(info.folder))
    read_weights(info.folder / WEIGHTS, model)
    return model.eval()


def load_for(task: str, name_or_folder: str, commands: dict[str, str]) -> Any:
    """A model of the task a command serves. Raises SeqkitError naming the right command where it is of another.

    Args: commands, task -> the command that serves it.
    """
    found = str(model_info(name_or_folder).config["task"])
    if found != task:
        right = commands.get(found)
        fix = f"Use `{right}`." if right else "No command of this seqkit runs it."
        raise SeqkitError(f"{name_or_folder}: a model for {found}, not for {task}", fix, exit_code=2)
    return load_model(name_or_folder)


def _config(name: str, model: Any, store: str) -> dict[str, Any]:
    host = registry()
    plugged = host.plugged("models", name)
    needs = {"models": {name: plugged.distribution}}
    recurrence = getattr(model.options, "recurrence", None)
    if recurrence:
        needs["recurrences"] = {recurrence: host.plugged("recurrences", recurrence).distribution}
    return {
        "format": FORMAT,
        "seqkit": __version__,
        "task": plugged.spec.task,
        "model": name,
        "language": model.facts.language,
        "silver": model.facts.silver,
        "precision": store,
        "needs": needs,
        "options": dataclasses.asdict(model.options),
    }


def _spec(info: ModelInfo) -> ModelSpec:
    """The plugin's record, after a look at whether all that the model needs is installed."""
    host = registry()
    for kind, names in info.config["needs"].items():
        installed = {plugged.spec.name for plugged in host.all(kind)}
        for name, distribution in names.items():
            if name not in installed:
                raise SeqkitError(
                    f"{info.folder}: needs '{name}' of the plugin package {distribution}, which is not installed",
                    f"Install it: pip install {distribution}",
                )
    spec: ModelSpec = host.find("models", info.config["model"])
    return spec
