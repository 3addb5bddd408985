"""Load a trained tagger, ready to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkit.models.folder import model_info
from seqkit.models.folder_checks import check_task

if TYPE_CHECKING:
    from seqkit.inference.numpy.starting import StartingTagger
    from seqkit.inference.numpy.tagger import NumpyTagger
    from seqkit.inference.tagger import TaggerRunner


def load_tagger(name_or_folder: str, inference_dtype: str = "") -> TaggerRunner:
    """A tagger by name or folder.

    Args: inference_dtype, number format of the computation, "": the model's own. Raises SeqkitError for a model of
    another task, a number format that the model or the processor does not have, and as `load_model`.
    """
    from seqkit.inference.tagger import TaggerRunner
    from seqkit.models.artifact import check_dtype, load_model

    check_task("tagging", name_or_folder)
    check_dtype("tagging", inference_dtype)
    return TaggerRunner(load_model(name_or_folder), inference_dtype, name_or_folder)


def starting_tagger(name_or_folder: str, inference_dtype: str = "") -> TaggerRunner | StartingTagger:
    """As `load_tagger`, for one stream of sentences: torch is imported only where the stream is long.

    A tagger with a part that has no numpy form is loaded in torch immediately.
    """
    from seqkit.inference.numpy.starting import StartingTagger

    small = numpy_tagger(name_or_folder, inference_dtype)
    if small is None:
        return load_tagger(name_or_folder, inference_dtype)
    return StartingTagger(
        small, lambda: _loaded(name_or_folder, inference_dtype), inference_dtype, name_or_folder
    )


def numpy_tagger(name_or_folder: str, inference_dtype: str = "") -> NumpyTagger | None:
    """A tagger in numpy; None if it needs torch. Raises SeqkitError as `load_tagger`."""
    from seqkit.inference.numpy.loading import opened_tagger

    check_task("tagging", name_or_folder)
    return opened_tagger(model_info(name_or_folder), inference_dtype)


def _loaded(name_or_folder: str, inference_dtype: str) -> TaggerRunner:
    """The tagger in torch, loaded while a stream is read."""
    from seqkit.runtime.start import loading_models

    with loading_models():
        return load_tagger(name_or_folder, inference_dtype)
