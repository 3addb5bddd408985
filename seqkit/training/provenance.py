"""Record how a run began, in addition to its options: command, versions of packages, checksum of the examples."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.io.json_files import read_json, write_json
from seqkit.models.needs import Needs, Versions, changed, needs_of
from seqkit.training.request import TrainingRequest

BEGUN = "begun.json"


def needs_of_run(request: TrainingRequest) -> Needs:
    """The plugins that the model and its training need."""
    options, host = request.training, registry()
    needs = needs_of(request.sources.model, request.model)
    chosen = {
        "objectives": options.objective,
        "optimizers": options.optimizer,
        "schedules": options.schedule,
    }
    for kind, name in chosen.items():
        needs[kind] = {name: host.registered(kind, name).distribution}
    return needs


def check_begun(folder: Path) -> None:
    """Raise SeqkitError for a run that began with an older seqkit, which recorded no versions."""
    if (folder / BEGUN).exists() and "versions" not in _read(folder):
        problem = (
            f"{folder.parent}: was begun by an older seqkit, which recorded no versions of what it needs"
        )
        fix = "It cannot be resumed exactly. Choose another --out, or resume it with that seqkit."
        raise SeqkitError(problem, fix, exit_code=2)


def check_config(folder: Path, config: Path) -> None:
    """Raise SeqkitError if the file of options has changed since the run was begun: the result would be another."""
    noted = _read(folder).get("config") if (folder / BEGUN).exists() else None
    if noted is not None and _checksum(config.read_bytes()) != noted:
        problem = f"{config}: has changed since the run was begun"
        raise SeqkitError(problem, "Put it back as it was, or choose another --out.")


def check_versions(folder: Path, needs: Needs) -> None:
    """Raise SeqkitError if a run would resume with another version of a package that it needs."""
    if not (folder / BEGUN).exists():
        return
    check_begun(folder)
    if differ := changed(needs, _read(folder)["versions"]):
        raise SeqkitError(
            f"{folder.parent}: was begun with {differ}",
            "Install the version it was begun with, or choose another --out.",
            exit_code=2,
        )


def first_command(folder: Path, command: str, examples: str, versions: Versions, request: str) -> str:
    """The command that began the run in `folder`. Without a run it is `command`, which is then recorded.

    Args:
        examples: their checksum.
        versions: of the packages that the run needs.
        request: all options, as `TrainingRequest.to_toml` gives them.
    Raises SeqkitError if the checksum differs from that of the run.
    """
    path = folder / BEGUN
    if not path.exists():
        noted = {"command": command, "examples": examples, "versions": dict(versions)}
        write_json(path, {**noted, "config": _checksum(request.encode())})
    begun = _read(folder)
    if begun.get("config") != _checksum(request.encode()):
        write_json(path, {**begun, "config": _checksum(request.encode())})
    if begun["examples"] != examples:
        raise SeqkitError(
            f"{folder.parent}: the training data has changed since the run was begun",
            "Put the data back as it was, or choose another --out.",
        )
    return str(begun["command"])


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(folder: Path) -> dict[str, Any]:
    """The record of `first_command`. Raises SeqkitError if it is missing or damaged."""
    begun = read_json(folder / BEGUN)
    if not isinstance(begun, dict) or not {"command", "examples"} <= set(begun):
        fix = "Start a new run in another --out."
        raise SeqkitError(f"{folder / BEGUN}: does not record how the run was begun", fix)
    if not isinstance(begun.get("versions", {}), dict):
        raise SeqkitError(
            f"{folder / BEGUN}: 'versions' is not an object", "Start a new run in another --out."
        )
    return begun
