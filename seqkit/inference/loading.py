"""Load a trained model, ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit.inference.tagger import TaggerRunner
from seqkit.models.artifact import check_dtype, check_task, load_model
from seqkit.models.folder import model_info

TAGGER_DTYPES = ("float32", "bfloat16", "int8")
"""Number formats that a tagger can predict in."""


def load_runner(name_or_folder: str) -> Any:
    """A model by name or folder: a tagger in a `TaggerRunner`, any other as it is.

    Raises SeqkitError as `load_model` does.
    """
    model = load_model(name_or_folder)
    return TaggerRunner(model) if model_info(name_or_folder).config["task"] == "tagging" else model


def load_tagger(
    name_or_folder: str, commands: Mapping[str, str] | None = None, inference_dtype: str = ""
) -> TaggerRunner:
    """A tagger by name or folder.

    Args: commands, task -> the command that serves its models, for the error; inference_dtype, "": the model's own.
    Raises SeqkitError for a model of another task, a number format that the model or the processor does not have, and
    as `load_model`.
    """
    check_task("tagging", name_or_folder, commands or {})
    check_dtype(inference_dtype, TAGGER_DTYPES)
    return TaggerRunner(load_model(name_or_folder), inference_dtype)
