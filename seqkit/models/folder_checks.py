"""Checks of a model folder before its model is built, in torch or numpy. Imports neither."""

from __future__ import annotations

import functools
import multiprocessing
import sys
from pathlib import Path

from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.extend.specs import ModelSpec
from seqkit.io.json_files import AGAIN
from seqkit.models.folder import ModelInfo, model_info, verify
from seqkit.models.needs import changed_third_party, missing


def check_task(task: str, name_or_folder: str) -> None:
    """Raise SeqkitError for a model of another task, naming the command that serves it."""
    found = str(model_info(name_or_folder).config["task"])
    if found != task:
        right = next((one.spec.verb for one in registry().all("tasks") if one.spec.name == found), "")
        fix = f"Use `seqkit {right}`." if right else f"Choose a model for {task}."
        raise SeqkitError(f"{name_or_folder}: a model for {found}, not for {task}", fix, exit_code=2)


def check_files(folder: Path) -> None:
    """Raise SeqkitError for a file that is missing, or has changed since the model was made."""
    problems = verify(folder, card=False)
    if problems:
        raise SeqkitError(f"{folder}: {problems[0]}", AGAIN)


def needed_spec(info: ModelInfo) -> ModelSpec:
    """The record of the model. Raises SeqkitError where something that the model needs is not installed."""
    for problem, fix in missing(info.config["needs"]):
        raise SeqkitError(f"{info.folder}: {problem}", fix)
    spec: ModelSpec = registry().find("models", info.config["model"])
    return spec


def warn_of_versions(info: ModelInfo) -> None:
    """Say where a third-party plugin has another version than the model was made with."""
    _warn(info.folder, changed_third_party(info.config))


@functools.cache
def _warn(folder: Path, differ: str) -> None:
    """Say it once, and in no worker process."""
    if differ and multiprocessing.parent_process() is None:
        print(f"seqkit: {folder}: was made with {differ}; its outputs may differ", file=sys.stderr)
