"""Saving and loading models: configuration, weights, vocabularies, card. Weights are safetensors, never pickle."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from seqkit._version import __version__
from seqkit.config import fill
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend.claims import KINDS
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import ModelSpec
from seqkit.files import atomic_write, sync_folder, write_text
from seqkit.models.folder import (
    CARD,
    CONFIG,
    FORMAT,
    MANIFEST,
    WEIGHTS,
    ModelInfo,
    checksums,
    model_info,
    verify,
    write_manifest,
)
from seqkit.models.options import names_in, options_class
from seqkit.models.parts import AGAIN, write_json
from seqkit.nn.bfloat16 import usable
from seqkit.nn.initial import without_first_weights

COMPUTE = ("float32", "bfloat16")
"""Number formats that products can be computed in."""


def save_model(folder: Path, name: str, model: Any, card: str, store: str = "float32") -> None:
    """Write a model folder. Files of an earlier model there are replaced, other files left alone.

    Args: name, the ModelSpec's; card, Markdown for `README.md`; store, number format of the weights on disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=folder) as part:
        fresh = Path(part)
        model.facts.save(fresh)
        write_json(fresh / CONFIG, _config(name, model, store))
        write_weights(fresh / WEIGHTS, model, getattr(torch, store))
        write_text(fresh / CARD, card)
        names = [path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()]
        _remove_model(folder)
        for own in names:
            (folder / own).parent.mkdir(parents=True, exist_ok=True)
            os.replace(fresh / own, folder / own)
    for parent in {(folder / own).parent for own in names}:
        sync_folder(parent)
    write_manifest(folder, names)


def _remove_model(folder: Path) -> None:
    """Take away the files of an earlier model, and no other."""
    if (folder / MANIFEST).exists():
        names = checksums(folder)
        (folder / MANIFEST).unlink()
        for name in names:
            (folder / name).unlink(missing_ok=True)


def write_weights(path: Path, model: nn.Module, dtype: torch.dtype = torch.float32) -> None:
    """The weights as safetensors, atomically. Tied weights are written once, under the first of their names."""
    state = model.state_dict()
    tensors = {
        name: state[name].to(dtype if state[name].is_floating_point() else state[name].dtype)
        for name, first in _first_names(state).items()
        if name == first
    }
    with atomic_write(path) as file:
        file.write(save_tensors(plain_tensors(tensors)))


def _first_names(state: Mapping[str, Tensor]) -> dict[str, str]:
    """Name of each tensor -> the first name of the same one."""
    first: dict[tuple[int, torch.Size], str] = {}
    return {
        name: first.setdefault((value.data_ptr(), value.shape), name) if value.numel() else name
        for name, value in state.items()
    }


def plain_tensors(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors as safetensors takes them: contiguous, each with memory of its own (views of one become copies)."""
    plain: dict[str, Tensor] = {}
    taken = set()
    for name, value in tensors.items():
        own = value.detach().contiguous()
        place = own.untyped_storage().data_ptr()
        plain[name] = own.clone() if place in taken else own
        taken.add(place)
    return plain


def read_weights(path: Path, model: nn.Module) -> None:
    """Put the weights of a file into a model of the same shape. Raises SeqkitError where they do not fit."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, no mapping
            tied = _first_names(model.state_dict()).items()
            tensors |= {
                name: tensors[first] for name, first in tied if first in tensors and name not in tensors
            }
            model.load_state_dict(tensors)  # widens
    except (SafetensorError, RuntimeError) as error:
        raise SeqkitError(f"{path}: does not fit the model ({str(error).splitlines()[0]})", AGAIN) from None


def load_model(name_or_folder: str) -> Any:
    """A model by name or folder, ready to predict.

    Raises SeqkitError for a folder that is no model, is damaged or of a newer format, or needs a plugin
    that is not installed.
    """
    info = model_info(name_or_folder)
    model = build_model(info)
    read_weights(info.folder / WEIGHTS, model)
    return model.eval()


def build_model(info: ModelInfo, options: Any = None) -> Any:
    """The model that a folder describes, its weights not yet read. Raises SeqkitError as `load_model` does.

    Args: options, in place of those of the folder.
    """
    problems = verify(info.folder, card=False)
    if problems:
        raise SeqkitError(f"{info.folder}: {problems[0]}", AGAIN)
    try:
        return _build(info, options)
    except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise SeqkitError(f"{info.folder}: no model can be made of its files ({reason})", AGAIN) from error


def _build(info: ModelInfo, options: Any) -> Any:
    spec = _spec(info)
    if options is None:
        given = info.config["options"]
        options = fill({"model": options_class(spec, given)}, given)["model"]
    with without_first_weights():
        return load(spec.build)(options, load(spec.facts).load(info.folder))


def load_for(task: str, name_or_folder: str, commands: Mapping[str, str], compute: str = "") -> Any:
    """A model of the task a command serves. Raises SeqkitError naming the right command where it is of another.

    Args: commands, task -> the command that serves it; compute, number format of its products, "": the model's own.
    """
    check_task(task, name_or_folder, commands)
    check_dtype(compute, COMPUTE)
    model = load_model(name_or_folder)
    if compute:
        model.compute = compute
    return model


def check_task(task: str, name_or_folder: str, commands: Mapping[str, str]) -> None:
    """Raise SeqkitError for a model of another task. Args: commands, task -> the command that serves it."""
    found = str(model_info(name_or_folder).config["task"])
    if found != task:
        right = commands.get(found)
        fix = f"Use `{right}`." if right else f"Choose a model for {task}."
        raise SeqkitError(f"{name_or_folder}: a model for {found}, not for {task}", fix, exit_code=2)


def check_dtype(dtype: str, known: Sequence[str]) -> None:
    """Raise SeqkitError for a number format that is unknown, or that this processor lacks; "" stands for none."""
    if dtype and dtype not in known:
        fix = did_you_mean(dtype, known)
        raise SeqkitError(f"--precision {dtype}: no such number format", fix, exit_code=2)
    if usable(dtype) != dtype:
        fix = "Leave out --precision."
        raise SeqkitError(f"--precision {dtype}: this processor does not have it", fix, exit_code=2)


def _config(name: str, model: Any, store: str) -> dict[str, Any]:
    host = registry()
    plugged = host.plugged("models", name)
    needs = {"models": {name: plugged.distribution}}
    parts = [("recurrences", "recurrence")]
    if plugged.spec.task == "seq2seq":
        # To another model an option of such a name may mean anything.
        parts += [("encoders", "encoder"), ("decoders", "decoder")]
    for kind, option in parts:
        chosen = names_in(getattr(model.options, option, ""))
        if chosen:
            needs[kind] = {one: host.plugged(kind, one).distribution for one in chosen}
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
        if kind not in KINDS:
            raise SeqkitError(f"{info.folder / CONFIG}: needs a '{kind}', which seqkit does not know", AGAIN)
        installed = {plugged.spec.name for plugged in host.all(kind)}
        for name, distribution in names.items():
            if name not in installed:
                reason, fix = host.missing(kind, name, distribution)
                raise SeqkitError(
                    f"{info.folder}: needs '{name}' of the plugin package {distribution}, {reason}", fix
                )
    spec: ModelSpec = host.find("models", info.config["model"])
    return spec
