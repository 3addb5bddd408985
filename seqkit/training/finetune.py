"""Fine-tuning: begin a training with the weights and vocabularies of a trained model."""

from __future__ import annotations

from typing import Any

from seqkit.errors import SeqkitError
from seqkit.models.artifact import build_model
from seqkit.models.folder import WEIGHTS, model_info
from seqkit.models.weights_file import read_weights


def started(name: str, options: Any) -> Any:
    """A model with the weights of a trained one, by name or folder, and with these options.

    Raises SeqkitError for a folder that is damaged, and for options that make a network of another size.
    """
    info = model_info(name)
    model = build_model(info, options)
    try:
        read_weights(info.folder / WEIGHTS, model)
    except SeqkitError as error:
        fix = "Leave out the options that change the network: it keeps those of the model."
        raise SeqkitError(f"--from {name}: its weights do not fit these options", fix, exit_code=2) from error
    return model
