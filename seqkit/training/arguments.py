"""What a user asks to be trained, before files of options are read. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCES = ("model", "corpus", "train", "dev", "start", "skip_bad")
"""Arguments that are options of the request's sources."""


@dataclass(frozen=True)
class TrainingArguments:
    """Arguments of a training. None was not given; false and empty are values."""

    model: str
    corpus: str | None = None
    train: tuple[str, ...] | None = None
    dev: tuple[str, ...] | None = None
    start: str | None = None
    """A trained model that is trained further: name or folder."""
    skip_bad: bool | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the task that were given, by name: the record of the task says which there are."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Options of any section, as `--set` gives them."""
    configs: tuple[Path, ...] = ()
    """Files of options; later ones win."""

    @property
    def values(self) -> dict[str, Any]:
        """Option -> value of what was given: sources and options of the task override settings."""
        own = {name: getattr(self, name) for name in SOURCES} | dict(self.options)
        return {**self.settings, **{name: value for name, value in own.items() if value is not None}}


def arguments_of(
    values: Mapping[str, Any], configs: Sequence[Path] = (), settings: Mapping[str, Any] | None = None
) -> TrainingArguments:
    """Arguments from option -> value, `model` among them, as the example of a task has them."""
    own = {name: value for name, value in values.items() if name in SOURCES}
    options = {name: value for name, value in values.items() if name not in SOURCES}
    return TrainingArguments(**own, options=options, settings=settings or {}, configs=tuple(configs))
