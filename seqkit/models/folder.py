"""Find, read and check model folders. Imports no torch, so that `seqkit models` is fast."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqkit.config import RENAMED
from seqkit.errors import SeqkitError
from seqkit.extend.manager import package_folder, registry
from seqkit.extend.specs import PretrainedSpec
from seqkit.io.atomic import write_text
from seqkit.io.json_files import AGAIN, read_json, write_json
from seqkit.io.json_shapes import language, optional_text, table, text
from seqkit.io.limits import check_file
from seqkit.io.safe_paths import fault_of_path
from seqkit.io.visible import visible_lines

HUB = "hf://"
"""Prefix of the names of models on the Hugging Face Hub."""
FORMAT = 2
"""Format of new folders. It increases if an older seqkit could not read them or would compute something else."""
INT8_FORMAT = 3
"""Format of folders with weights in int8, which seqkit 0.1.0 does not read; the newest format that is read."""
CONFIG, WEIGHTS, CARD, MANIFEST = "config.json", "model.safetensors", "README.md", "MANIFEST.json"
LANGUAGES = "languages.json"
"""File with the languages of a sequence-to-sequence model."""
TRAINING = "training"
"""The folder of a run's files, which are not part of the model."""
LOCK = "lock"
"""The file in it that names the process that trains there."""
SHAPE: dict[str, type] = {"task": str, "model": str, "needs": dict, "options": dict}
"""Required keys of `config.json`, in addition to its format."""
CHECKS: dict[str, Callable[[Any], object]] = {
    **{"task": text, "model": text, "language": language, "silver": optional_text, "weights_dtype": text},
    **{"needs": lambda value: table(value, lambda names: table(names, text))},
    **{"versions": lambda value: table(value, text), "options": lambda value: table(value, lambda one: one)},
}
"""What checks a value of `config.json`, if it is there."""


@dataclass(frozen=True)
class ModelInfo:
    """A model folder and its `config.json`."""

    name: str
    folder: Path
    config: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes of the files of the model and of the models in its subfolders."""
        folders = (self.folder, *inner_models(self.folder))
        return sum((folder / name).stat().st_size for folder in folders for name in checksums(folder))

    @property
    def sha256(self) -> str:
        """Checksum of the weights, by which published results identify the model."""
        return checksums(self.folder)[WEIGHTS]


def model_folder(name_or_folder: str | os.PathLike[str]) -> Path:
    """The folder of a model, given by the name of a shipped model, by path, or by `hf://owner/name`."""
    name_or_folder = os.fspath(name_or_folder)
    if name_or_folder.startswith(HUB):
        from seqkit.models.hub import pulled

        return pulled(name_or_folder)
    path = Path(name_or_folder)
    if is_shipped(name_or_folder):
        return shipped_folder(registry().find("pretrained", name_or_folder))
    if path.is_dir():
        return path
    if os.sep in name_or_folder or path.exists():
        raise SeqkitError(f"{name_or_folder}: no such model folder", "Name the folder given to `--out`.")
    return shipped_folder(registry().find("pretrained", name_or_folder))


def fingerprint(name_or_folder: str) -> str:
    """A checksum of all files of a model but its card, by the checksums in its manifest."""
    files = {name: sha for name, sha in checksums(model_info(name_or_folder).folder).items() if name != CARD}
    return hashlib.sha256(
        "".join(f"{name} {sha}\n" for name, sha in sorted(files.items())).encode()
    ).hexdigest()


def is_shipped(name: str) -> bool:
    """Whether a plugin ships a model of that name, which takes precedence over a folder of the same name."""
    return any(registered.spec.name == name for registered in registry().all("pretrained"))


def absolute_model(name_or_folder: str) -> str:
    """The absolute path of a folder. The name of a shipped model is unchanged; a name on the Hub gets its commit."""
    if name_or_folder.startswith(HUB):
        from seqkit.models.hub import pinned

        return pinned(name_or_folder)
    folder = os.sep in name_or_folder or os.path.isdir(name_or_folder)
    return os.path.abspath(name_or_folder) if folder and not is_shipped(name_or_folder) else name_or_folder


def settled_model(name_or_folder: str) -> str:
    """The name, with its commit if it is on the Hub, so that worker processes load the same files."""
    return absolute_model(name_or_folder) if name_or_folder.startswith(HUB) else name_or_folder


def default_model(task: str, language: str) -> str:
    """The shipped model of a task for a language, a built-in one first. Raises SeqkitError if there is none."""
    for registered in sorted(registry().all("pretrained"), key=lambda registered: not registered.builtin):
        if (registered.spec.task, registered.spec.language) == (task, language):
            return str(registered.spec.name)
    raise SeqkitError(
        f"no {task} model for the language '{language}' is installed",
        "Name one with --model (`seqkit models list` shows them), or train one with `seqkit train`.",
    )


def shipped_folder(spec: PretrainedSpec) -> Path:
    """The folder of a shipped model. Raises SeqkitError if its package is missing."""
    return package_folder(spec.name, spec.folder)


def model_info(name_or_folder: str | os.PathLike[str]) -> ModelInfo:
    """Read `config.json` of a model by name or folder. Raises SeqkitError for other folders and newer formats."""
    folder = model_folder(name_or_folder)
    for needed in (CONFIG, MANIFEST):
        if not (folder / needed).is_file():
            if needed == CONFIG and (folder / TRAINING).is_dir():
                raise SeqkitError(
                    f"{folder}: its training is not finished", "Continue it with `seqkit train … --resume`."
                )
            raise SeqkitError(
                f"{folder}: not a model folder ({needed} is missing)", "Name the folder given to `--out`."
            )
    config = read_json(folder / CONFIG)
    if not isinstance(config, dict) or type(config.get("format")) is not int:
        raise SeqkitError(f"{folder / CONFIG}: not a seqkit model's configuration", AGAIN)
    if config["format"] > INT8_FORMAT:
        raise SeqkitError(
            f"{folder}: model format {config['format']} is newer than this seqkit reads ({INT8_FORMAT})",
            "Upgrade: pip install --upgrade seqkit",
        )
    _check_config(folder / CONFIG, config)
    if config["format"] < _oldest_format(config["task"]):
        raise SeqkitError(
            f"{folder}: made by an earlier seqkit (model format {config['format']}), which computed it otherwise",
            "Train it again; its README.md has the command.",
        )
    name = os.fspath(name_or_folder)
    named = name if name.startswith(HUB) else folder.name
    return ModelInfo(named, folder, _with_new_names(config))


def _check_config(path: Path, config: dict[str, Any]) -> None:
    """Raise SeqkitError for a value of another type than `save_model` writes."""
    for key, kind in SHAPE.items():
        if not isinstance(config.get(key), kind):
            raise SeqkitError(f"{path}: '{key}' is missing or not of the right kind", AGAIN)
    for key, check in CHECKS.items():
        try:
            if key in config:
                check(config[key])
        except ValueError as error:
            raise SeqkitError(f"{path}: '{key}': {error}", AGAIN) from None


def _oldest_format(task: str) -> int:
    """The first format of a task's models that is still computed as it was; 1 for a task that no plugin offers."""
    tasks = (registered.spec for registered in registry().all("tasks"))
    return next((spec.oldest_format for spec in tasks if spec.name == task), 1)


def _with_new_names(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration whose options have the names they have today. Folders of today may use an old name anew."""
    if "weights_dtype" in config:
        return config
    options = {RENAMED.get(name, name): value for name, value in config["options"].items()}
    weights = {"weights_dtype" if name == "precision" else name: value for name, value in config.items()}
    return {**weights, "options": options}


def checksums(folder: Path) -> dict[str, str]:
    """The model's own files and the sha256 of each, as the manifest has them.

    Raises SeqkitError for a manifest without configuration and weights, or with a path that leaves the folder.
    """
    manifest = read_json(folder / MANIFEST)
    listed = manifest.get("sha256") if isinstance(manifest, dict) else None
    if not isinstance(listed, dict) or not {CONFIG, WEIGHTS} <= listed.keys():
        raise SeqkitError(f"{folder / MANIFEST}: does not list {CONFIG} and {WEIGHTS}", AGAIN)
    for name in listed:
        if fault := fault_of_path(name):
            raise SeqkitError(f"{folder / MANIFEST}: {name!r} {fault}", AGAIN)
    return {name: str(checksum) for name, checksum in listed.items()}


def inner_models(folder: Path) -> list[Path]:
    """The folders of finished models inside of a model's, such as the segmenter of a tagger."""
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))


def verify(folder: Path, card: bool = True) -> list[str]:
    """What is wrong with a model folder's files, in words; empty when every checksum holds.

    Args: card, whether the model card counts: no prediction depends on it.
    """
    problems = []
    for name, checksum in checksums(folder).items():
        if name == CARD and not card:
            continue
        if not (folder / name).is_file():
            problems.append(f"{name} is missing")
            continue
        check_file(folder / name)
        if _sha256(folder / name) != checksum:
            problems.append(f"{name} has changed since the model was made (its sha256 differs)")
    return problems


def write_manifest(folder: Path, names: Iterable[str]) -> None:
    """Checksums of the model's own files. Written last: a folder without it is not finished."""
    _write_checksums(folder, {name: _sha256(folder / name) for name in sorted(names)})


def add_to_card(folder: Path, title: str, lines: Sequence[str]) -> None:
    """Put a section into the model's card, in place of one of the same title, and renew its checksum."""
    listed, card = checksums(folder), folder / CARD
    parts = card.read_text(encoding="utf-8", errors="replace").split("\n## ") if card.is_file() else []
    kept = [part.rstrip() for part in parts if part.partition("\n")[0] != title]
    whole = "\n\n## ".join([*kept, "\n".join([title, "", *lines])]) + "\n"
    write_text(card, visible_lines(whole))
    _write_checksums(folder, {**listed, CARD: _sha256(card)})


def _write_checksums(folder: Path, listed: dict[str, str]) -> None:
    write_json(folder / MANIFEST, {"format": FORMAT, "sha256": listed})


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
