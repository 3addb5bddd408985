"""Finding, reading and checking model folders. Imports no torch: `seqkit models` stays light."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.extend.specs import PretrainedSpec
from seqkit.files import write_text
from seqkit.models.parts import read_json, write_json

FORMAT = 1
"""Raised when a folder written today could not be read by yesterday's seqkit."""
CONFIG, WEIGHTS, CARD, MANIFEST = "config.json", "model.safetensors", "README.md", "MANIFEST.json"
TRAINING = "training"
"""The folder of a run's own files, no part of the model."""
AGAIN = "Get the model again, or train it again."


@dataclass(frozen=True)
class ModelInfo:
    """What `config.json` says, the weights left aside."""

    name: str
    folder: Path
    config: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes of the model's own files."""
        return sum((self.folder / name).stat().st_size for name in own_files(self.folder))

    @property
    def sha256(self) -> str:
        """Checksum of the weights: what a published figure names."""
        return str(read_json(self.folder / MANIFEST)["sha256"][WEIGHTS])


def model_folder(name_or_folder: str) -> Path:
    """The folder of a model given by path or by the name of one that a plugin ships."""
    path = Path(name_or_folder)
    if path.is_dir():
        return path
    if os.sep in name_or_folder or path.exists():
        raise SeqkitError(f"{name_or_folder}: no such model folder", "Name the folder given to `--out`.")
    return shipped_folder(registry().find("pretrained", name_or_folder))


def default_model(task: str, language: str) -> str:
    """The shipped model of a task for a language. Raises SeqkitError where no plugin ships one."""
    for plugged in registry().all("pretrained"):
        if (plugged.spec.task, plugged.spec.language) == (task, language):
            return str(plugged.spec.name)
    raise SeqkitError(
        f"no {task} model for the language '{language}' is installed",
        "Name one with --model (`seqkit models list` shows them), or train one with `seqkit train`.",
    )


def shipped_folder(spec: PretrainedSpec) -> Path:
    """Where a shipped model lies. Raises SeqkitError where the package is missing."""
    package, _, inside = spec.folder.partition(":")
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise SeqkitError(
            f"{spec.name}: the package {package} that ships it is not installed", f"pip install {package}"
        )
    return Path(next(iter(found.submodule_search_locations))) / inside


def model_info(name_or_folder: str) -> ModelInfo:
    """Read `config.json` of a model by name or folder. Raises SeqkitError where it is none, or of a newer format."""
    folder = model_folder(name_or_folder)
    for needed in (CONFIG, MANIFEST):
        if not (folder / needed).exists():
            if (folder / TRAINING).is_dir():
                raise SeqkitError(
                    f"{folder}: its training is not finished", "Go on with `seqkit train … --resume`."
                )
            raise SeqkitError(
                f"{folder}: not a model folder ({needed} is missing)", "Name the folder given to `--out`."
            )
    config = read_json(folder / CONFIG)
    if not isinstance(config, dict) or not isinstance(config.get("format"), int):
        raise SeqkitError(f"{folder / CONFIG}: not a seqkit model's configuration", AGAIN)
    if config["format"] > FORMAT:
        raise SeqkitError(
            f"{folder}: model format {config['format']} is newer than this seqkit reads ({FORMAT})",
            "Upgrade: pip install --upgrade seqkit",
        )
    return ModelInfo(folder.name, folder, config)


def verify(folder: Path) -> list[str]:
    """What is wrong with a model folder's files, in words; empty when every checksum holds."""
    problems = []
    for name, checksum in read_json(folder / MANIFEST)["sha256"].items():
        if not (folder / name).is_file():
            problems.append(f"{name} is missing")
        elif _sha256(folder / name) != checksum:
            problems.append(f"{name} has changed since the model was made (its sha256 differs)")
    return problems


def write_manifest(folder: Path) -> None:
    """Checksums of every file of the model. Written last: a folder without it is not finished."""
    checksums = {name: _sha256(folder / name) for name in own_files(folder)}
    write_json(folder / MANIFEST, {"format": FORMAT, "sha256": checksums})


def add_to_card(folder: Path, title: str, lines: Sequence[str]) -> None:
    """Put a section into the model's card, in place of one of the same title, and renew the manifest."""
    parts = (folder / CARD).read_text(encoding="utf-8").split("\n## ")
    kept = [part.rstrip() for part in parts if part.partition("\n")[0] != title]
    write_text(folder / CARD, "\n\n## ".join([*kept, "\n".join([title, "", *lines])]) + "\n")
    write_manifest(folder)


def own_files(folder: Path) -> list[str]:
    """The model's own files, sorted; hidden ones, the manifest and the run's files are none of them."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    own = [name for name in names if name.parts[0] not in (MANIFEST, TRAINING)]
    return sorted(name.as_posix() for name in own if not any(part.startswith(".") for part in name.parts))


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
