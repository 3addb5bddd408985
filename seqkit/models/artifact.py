"""Save and load models as folders: configuration, weights, facts, card."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from seqkit._version import __version__
from seqkit.config import fill
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend.blame import plugin_of
from seqkit.extend.build import facts_class
from seqkit.extend.manager import registry
from seqkit.io.atomic import failures_named, sync_folder, write_text
from seqkit.io.json_files import AGAIN, write_json
from seqkit.io.visible import visible_lines
from seqkit.models.folder import (
    CARD,
    CONFIG,
    FORMAT,
    INT8_FORMAT,
    MANIFEST,
    WEIGHTS,
    ModelInfo,
    checksums,
    model_info,
    write_manifest,
)
from seqkit.models.folder_checks import check_files, check_task, needed_spec, warn_of_versions
from seqkit.models.needs import needs_of, versions_of
from seqkit.models.options import options_class
from seqkit.models.size import build_model_within_memory
from seqkit.models.weights_file import read_weights, write_weights
from seqkit.nn.bfloat16 import usable
from seqkit.nn.initial import without_first_weights
from seqkit.runtime.devices import chosen_device
from seqkit.runtime.signals import unfinished
from seqkit.runtime.threads import survive_forks

PAUSES = (0.05,) * 100
"""Seconds between attempts to read a model that another process is replacing."""


def save_model(folder: Path, name: str, model: Any, card: str, weights_dtype: str = "float32") -> None:
    """Write a model folder. It replaces the files of an earlier model there and leaves other files unchanged.

    Args: name, the ModelSpec's; card, Markdown for `README.md`; weights_dtype, number format of the weights on disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=folder) as part, unfinished(Path(part)):
        fresh = Path(part)
        model.facts.save(fresh)
        write_json(fresh / CONFIG, _config(name, model, weights_dtype))
        write_weights(fresh / WEIGHTS, model, weights_dtype)
        write_text(fresh / CARD, visible_lines(card))
        names = [path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()]
        _remove_model(folder)
        for own in names:
            (folder / own).parent.mkdir(parents=True, exist_ok=True)
            os.replace(fresh / own, folder / own)
    for parent in {(folder / own).parent for own in names}:
        with failures_named(parent):
            sync_folder(parent)
    write_manifest(folder, names)


def _remove_model(folder: Path) -> None:
    """Remove the files of an earlier model, and no others."""
    if (folder / MANIFEST).exists():
        names = checksums(folder)
        (folder / MANIFEST).unlink()
        for name in names:
            (folder / name).unlink(missing_ok=True)


def _config(name: str, model: Any, weights_dtype: str) -> dict[str, Any]:
    needs = needs_of(name, model.options)
    return {
        "format": INT8_FORMAT if weights_dtype == "int8" else FORMAT,
        "seqkit": __version__,
        "task": registry().find("models", name).task,
        "model": name,
        "language": model.facts.language,
        "silver": model.facts.silver,
        "weights_dtype": weights_dtype,
        "needs": needs,
        "versions": versions_of(needs),
        "options": dataclasses.asdict(model.options),
    }


def load_model(name_or_folder: str) -> Any:
    """Load a model by name or folder, ready to predict.

    Warns on stderr if the version of a third-party plugin differs from that in training. Raises SeqkitError for a
    folder that is not a model, is damaged, has a newer format, or needs a plugin that is not installed.
    """
    survive_forks()
    for pause in PAUSES:
        before, stamps = _manifest(name_or_folder), _stamps(name_or_folder)
        try:
            model = _loaded(name_or_folder)
        except (OSError, SeqkitError):
            if not _is_replaced(name_or_folder, before) and _stamps(name_or_folder) == stamps:
                raise
        else:
            if (_manifest(name_or_folder), _stamps(name_or_folder)) == (before, stamps):
                return model
        time.sleep(pause)
    return _loaded(name_or_folder)


def _loaded(name_or_folder: str) -> Any:
    info = model_info(name_or_folder)
    model = build_model(info)
    warn_of_versions(info)
    read_weights(info.folder / WEIGHTS, model)
    return model.eval().to(chosen_device())


def _manifest(name_or_folder: str) -> bytes:
    """The bytes of a folder's manifest; empty if there is none, and for the name of a shipped model."""
    path = Path(name_or_folder) / MANIFEST
    try:
        return path.read_bytes() if path.is_file() else b""  # reading a pipe would wait for a writer
    except (OSError, ValueError):
        return b""


def _stamps(name_or_folder: str) -> list[tuple[int, int, int]]:
    """Modification time, size and inode of the model's files; an empty list for the name of a shipped model."""
    folder = Path(name_or_folder)
    try:
        found = [(folder / name).stat() for name in checksums(folder)]
    except (OSError, SeqkitError, ValueError):
        return []
    return [(one.st_mtime_ns, one.st_size, one.st_ino) for one in found]


def _is_replaced(name_or_folder: str, before: bytes) -> bool:
    """Whether another process is writing a model into the folder, or has done so since its manifest was `before`."""
    found = _manifest(name_or_folder)
    return found != before or (not found and any(Path(name_or_folder).glob(".*.part")))


def build_model(info: ModelInfo, options: Any = None) -> Any:
    """Build the model that a folder describes, without reading its weights. Raises SeqkitError as `load_model`.

    Args: options, to replace those of the folder.
    """
    check_files(info.folder)
    try:
        return _build(info, options)
    except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        owner, reason = plugin_of(error), f"{type(error).__name__}: {error}".splitlines()[0]
        fix = f"The error was raised in {owner.display_name}; tell its author." if owner else AGAIN
        raise SeqkitError(f"{info.folder}: no model can be made of its files ({reason})", fix) from error


def _build(info: ModelInfo, options: Any) -> Any:
    spec = needed_spec(info)
    if options is None:
        given = info.config["options"]
        options = fill({"model": options_class(spec, given)}, given)["model"]
    with without_first_weights():
        return build_model_within_memory(spec.name, options, facts_class(spec).load(info.folder), copies=1)


def load_for(task: str, name_or_folder: str, inference_dtype: str = "") -> Any:
    """Load a model of this task. For a model of another task, raises SeqkitError, which names the right command.

    Args: inference_dtype, number format of the computation; "": the model's.
    """
    check_task(task, name_or_folder)
    check_dtype(task, inference_dtype)
    model = load_model(name_or_folder)
    if inference_dtype:
        model.inference_dtype = inference_dtype
    return model


def check_dtype(task: str, inference_dtype: str) -> None:
    """Raise SeqkitError for a number format that models of the task, or this processor, do not support."""
    formats = registry().find("tasks", task).inference_dtypes
    if inference_dtype and inference_dtype not in formats:
        others = {name for one in registry().all("tasks") for name in one.spec.inference_dtypes}
        if inference_dtype in others:
            problem = f"--inference-dtype {inference_dtype}: not for models for {task}"
            raise SeqkitError(problem, f"Choose one of {', '.join(formats)}.", exit_code=2)
        fix = did_you_mean(inference_dtype, formats)
        raise SeqkitError(f"--inference-dtype {inference_dtype}: no such number format", fix, exit_code=2)
    if usable(inference_dtype) != inference_dtype:
        problem = f"--inference-dtype {inference_dtype}: this processor does not support it"
        raise SeqkitError(problem, "Leave out --inference-dtype.", exit_code=2)
