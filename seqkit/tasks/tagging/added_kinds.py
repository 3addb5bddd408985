"""Kinds of label that a trained tagger gets when it is trained further."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.labels.kinds import in_order, missing_labels_fix
from seqkit.models.tagger import Tagger
from seqkit.tasks.tagging.data import Data


def add_kinds(model: Any, kinds: Sequence[str], data: Data) -> None:
    """Give a tagger an output layer, with random weights, for each of these kinds of label.

    Raises SeqkitError for a kind that it gives already or that the data do not have, and for a network of a plugin's.
    """
    for kind in kinds:
        if kind in model.facts.labels:
            raise SeqkitError(f"--add-label {kind}: the model gives it already", "Leave it out.", exit_code=2)
        if kind not in data.labels:
            fix = missing_labels_fix(kind, data.labels)
            raise SeqkitError(f"--add-label {kind}: the training split has no such labels", fix)
        if not isinstance(model, Tagger):
            problem = f"--add-label {kind}: the network {type(model).__name__} cannot be given another output"
            raise SeqkitError(problem, "Train from the first, random weights.", exit_code=2)
        model.facts.add_kind(data.train, kind)
        model.add_kind(kind)
    if kinds:
        model.facts.gather_combinations(data.train, model.options)
        order = in_order(model.facts.labels)
        model.facts.labels = {kind: model.facts.labels[kind] for kind in order}


def freeze(model: Any, kinds: Sequence[str]) -> None:
    """Let a training change only the output layers of these kinds."""
    model.requires_grad_(False)
    for kind in kinds:
        model.heads[kind].requires_grad_(True)
