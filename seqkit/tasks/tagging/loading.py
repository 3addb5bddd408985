"""Load a trained tagger, ready to run."""

from __future__ import annotations

from seqkit.inference.tagger import TaggerRunner
from seqkit.models.artifact import check_dtype, check_task, load_model


def load_tagger(name_or_folder: str, inference_dtype: str = "") -> TaggerRunner:
    """A tagger by name or folder.

    Args: inference_dtype, number format of the computation, "": the model's own. Raises SeqkitError for a model of
    another task, a number format that the model or the processor does not have, and as `load_model`.
    """
    check_task("tagging", name_or_folder)
    check_dtype("tagging", inference_dtype)
    return TaggerRunner(load_model(name_or_folder), inference_dtype)
