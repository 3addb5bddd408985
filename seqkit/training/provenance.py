"""What a run was begun with, beside its options: the command, and a checksum of the examples."""

from __future__ import annotations

from pathlib import Path

from seqkit.errors import SeqkitError
from seqkit.models.parts import read_json, write_json

BEGUN = "begun.json"


def first_command(folder: Path, command: str, examples: str) -> str:
    """The command that began the run in `folder`: this one where there is no run yet, and it is then noted.

    Args: examples, their checksum. Raises SeqkitError where it is not that of the run.
    """
    path = folder / BEGUN
    if not path.exists():
        write_json(path, {"command": command, "examples": examples})
    begun = read_json(path)
    if not isinstance(begun, dict) or not {"command", "examples"} <= set(begun):
        fix = "Begin anew in another --out."
        raise SeqkitError(f"{path}: does not tell how the run was begun", fix)
    if begun["examples"] != examples:
        raise SeqkitError(
            f"{folder.parent}: the training data has changed since the run was begun",
            "Put the data back as it was, or choose another --out.",
        )
    return str(begun["command"])
