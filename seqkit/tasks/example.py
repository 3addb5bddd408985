"""Small data with which `seqkit plugins check` trains, evaluates and applies a model of a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TaskExample:
    """The result of `TaskSpec.example` for a folder in which it may write files."""

    model: str
    """A model of the task."""
    options: Mapping[str, Any]
    """Options of `seqkit train` by name: the data ("train", "dev" with tuples of paths, or "corpus"), small sizes, and
    few epochs. Those of the network must suit every model of the task."""
    evaluate: str = ""
    """A file on which the trained model is evaluated; "" if the task has no evaluation."""
    apply: tuple[str, ...] = ()
    """Files to which the trained model is applied; empty if the task is not applied to files."""
    model_options: Mapping[str, Any] = field(default_factory=dict)
    """Options that only `model` has."""
