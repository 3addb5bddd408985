"""The file of a training's request, in the folder of its run. Imports no torch."""

from __future__ import annotations

from pathlib import Path, PurePath

from seqkit.config import read_toml
from seqkit.errors import SeqkitError
from seqkit.io.atomic import write_text
from seqkit.training.request import TrainingRequest

CONFIG = "config.toml"


def check_unchanged(folder: Path, request: TrainingRequest) -> None:
    """Raise SeqkitError where a run that is to be resumed was begun with other options."""
    before = read_toml(folder / CONFIG)
    now = request.sections
    for section, values in now.items():
        begun = before.get(section, {})
        # TOML has no null: an option that was None is not in the file.
        for key in dict.fromkeys([*values, *begun]):
            value, current = begun.get(key), values.get(key)
            current = list(current) if isinstance(current, tuple) else current
            current = str(current) if isinstance(current, PurePath) else current
            if current != value:
                raise SeqkitError(
                    f"{folder.parent}: was begun with {key}={value!r}, not {current!r}",
                    "Resume with the options it was begun with, or choose another --out.",
                    exit_code=2,
                )


def save_request(folder: Path, request: TrainingRequest) -> None:
    """Write the request, resolved, to the run's own folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / CONFIG, request.to_toml())
