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

    Raises SeqkitError where it has none of the kinds that the data have, or lacks one that was asked for.
    """
    missing = [kind for kind in asked or data.labels if kind not in model.facts.labels]
    if missing and (asked or len(missing) == len(data.labels)):
        problem = f"--from {name}: gives no {' or '.join(missing)} labels"
        raise SeqkitError(problem, f"It gives: {', '.join(model.facts.labels)}.", exit_code=2)
    notes = [f"the model gives no {kind} labels, and learns none" for kind in missing]
    for kind, known in model.facts.labels.items():
        if kind not in data.labels:
            notes.append(f"{kind} is not learnt; the model gives it as before, or worse")
            continue
        count, shown = new_labels(kind, known, data.train)
        if count:
            notes.append(f"{count} {kind} label(s) that the model does not have are not learnt: {shown}")
    return notes
