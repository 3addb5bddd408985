"""The request of a training: what is trained, and on which data. Imports no torch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from seqkit.config import to_toml
from seqkit.training.options import TrainingOptions


@dataclass(frozen=True)
class Sources:
    """What is trained, and where the examples come from."""

    model: str = ""
    corpus: str = ""
    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    start: str = ""
    """A trained model that is trained further: name or folder."""
    skip_bad: bool = False


class TaskOptions:
    """A mix-in for the options of a task that have more to say than their values."""

    def resolved(self) -> Any:
        """The options with absolute paths, so that a run can be resumed from another folder."""
        return self

    def check(self) -> None:
        """Raise SeqkitError for options that contradict each other or change nothing."""


@dataclass(frozen=True)
class TrainingRequest:
    """A training run, described in full. Each field is a section of `config.toml`."""

    sources: Sources
    task: Any
    """The TaskSpec's options."""
    model: Any
    training: TrainingOptions
    objective: Any
    """The ObjectiveSpec's options."""
    optimizer: Any
    """The OptimizerSpec's options."""

    @property
    def sections(self) -> dict[str, dict[str, Any]]:
        """Section -> option -> value."""
        return {
            field.name: dataclasses.asdict(getattr(self, field.name)) for field in dataclasses.fields(self)
        }

    def to_toml(self) -> str:
        """As a file that `--config` takes."""
        return to_toml(self.sections)

    def replace(self, section: str, **values: Any) -> TrainingRequest:
        """The request with some options of one section replaced."""
        changed = dataclasses.replace(getattr(self, section), **values)
        return dataclasses.replace(self, **{section: changed})


SECTIONS = tuple(field.name for field in dataclasses.fields(TrainingRequest))
