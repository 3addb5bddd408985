"""Training that goes on from a trained model (fine-tuning): its weights, vocabularies and labels are the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.models.artifact import build_model, read_weights
from seqkit.models.folder import WEIGHTS, model_info
from seqkit.training.data import Data, new_labels


def started(name: str, options: Any) -> Any:
    """A model with the weights of a trained one, by name or folder, and with these options.

    Raises SeqkitError for a folder that is damaged, and for options that make a network of another size.
    """
    info = model_info(name)
    model = build_model(info, options)
    try:
        read_weights(info.folder / WEIGHTS, model)
    except SeqkitError as error:
        fix = "Leave out the options that change the network; those of the model hold."
        raise SeqkitError(f"--from {name}: its weights do not fit these options", fix, exit_code=2) from error
    return model


def check_labels(name: str, model: Any, data: Data, asked: Sequence[str]) -> list[str]:
    """Notes on labels that a trained tagger does not have, and so does not learn, and on kinds that only it has.

    Raises SeqkitError where it has none of the kinds, or none of the labels, that the data have, or lacks a kind that
    was asked for.
    """
    missing = [kind for kind in asked or data.labels if kind not in model.facts.labels]
    if missing and (asked or len(missing) == len(data.labels)):
        problem = f"--from {name}: gives no {' or '.join(missing)} labels"
        raise SeqkitError(problem, f"It gives: {', '.join(model.facts.labels)}.", exit_code=2)
    notes = [f"the model gives no {kind} labels, and learns none" for kind in missing]
    learnt = 0
    for kind, known in model.facts.labels.items():
        if kind not in data.labels:
            notes.append(f"{kind} is not learnt; the model gives it as before, or worse")
            continue
        count, shown = new_labels(kind, known, data.train)
        total, _ = new_labels(kind, (), data.train)
        learnt += total - count
        if count:
            notes.append(
                f"{count} of {total} {kind} label(s) are not learnt, as the model does not have them: {shown}"
            )
    if not learnt:
        problem = f"--from {name}: has none of the labels to be learnt"
        raise SeqkitError(
            problem, "Train from the first, random weights, or begin with another model.", exit_code=2
        )
    return notes
