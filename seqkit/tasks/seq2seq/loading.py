"""Load a trained model for one stream of lines: in numpy, until there is more than numpy should do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError
from seqkit.models.folder import model_info
from seqkit.models.folder_checks import check_task

if TYPE_CHECKING:
    from seqkit.inference.numpy.starting import StartingTranslator
    from seqkit.tasks.seq2seq.apply import Models

TASK = "seq2seq"


def starting_translator(name_or_folder: str, inference_dtype: str = "") -> StartingTranslator | None:
    """A model that loads torch where its stream is long; None where a part of it has no form in numpy.

    Raises SeqkitError for a model of another task, and as `seqkit.models.artifact.load_model`.
    """
    from seqkit.inference.numpy.loading import opened_translator
    from seqkit.inference.numpy.starting import StartingTranslator

    check_task(TASK, name_or_folder)
    small = opened_translator(model_info(name_or_folder), inference_dtype)
    if small is None:
        return None
    return StartingTranslator(small, lambda: [_in_torch(name_or_folder, inference_dtype)])


def text_models(name_or_folder: str, inference_dtype: str = "") -> Models:
    """A model from text to text. Raises SeqkitError for any other."""
    from seqkit.data.items import is_of_text
    from seqkit.models.modalities import SymbolDecoder

    starting = starting_translator(name_or_folder, inference_dtype)
    if starting is not None and is_of_text(list(starting.encoders), starting.decoder_name):
        return starting
    translator = _in_torch(name_or_folder, inference_dtype)
    encoders, decoder = list(translator.encoders), translator.options.decoder
    if not (is_of_text(encoders, decoder) and isinstance(translator.decoder, SymbolDecoder)):
        problem = f"{name_or_folder}: reads {', '.join(encoders)} and writes {decoder}"
        raise SeqkitError(problem, "Choose a model that translates text.", exit_code=2)
    return [translator]


def _in_torch(name_or_folder: str, inference_dtype: str = "") -> Any:
    from seqkit.models.artifact import load_for
    from seqkit.runtime.allocator import SEARCH
    from seqkit.runtime.start import loading_models

    with loading_models(SEARCH):
        return load_for(TASK, name_or_folder, inference_dtype)
