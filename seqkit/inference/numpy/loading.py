"""Models of folders in numpy, where every part of them has such a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from seqkit.extend.build import facts_class
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import ModelSpec
from seqkit.inference.numpy.forms import NumpyRecurrence
from seqkit.inference.numpy.tagger import NumpyTagger
from seqkit.inference.numpy.weights import Weights, read_weights
from seqkit.models.folder import WEIGHTS, ModelInfo
from seqkit.models.folder_checks import check_files, needed_spec, warn_of_versions
from seqkit.models.options import options_class

Model = TypeVar("Model")
Make = Callable[[ModelSpec, Any, Any, Weights], Model | None]
"""(record, options, facts, weights) -> the model; None where a part of it has no form in numpy."""

TAGGER = "seqkit.models.tagger:build"
"""What makes the network that `NumpyTagger` computes."""


def opened_tagger(info: ModelInfo, inference_dtype: str = "") -> NumpyTagger | None:
    """The built-in tagger of a folder; None where it goes by torch alone.

    Args: inference_dtype, number format of the computation, "": the model's own. Raises SeqkitError for a folder that
    is damaged, or needs a plugin that is not installed.
    """

    def make(spec: ModelSpec, options: Any, facts: Any, weights: Weights) -> NumpyTagger | None:
        dtype = inference_dtype or options.inference_dtype
        recurrence = recurrence_form(options.recurrence)
        if recurrence is None or dtype not in ("float32", "int8"):
            return None
        return NumpyTagger(options, facts, recurrence, weights, dtype)

    return opened(info, TAGGER, make)


def opened(info: ModelInfo, network: str, make: Make[Model]) -> Model | None:
    """The model of a folder, made by `make`; None where it is another network, or `make` fails.

    What is wrong with a folder that does not fit its model is said by the torch form, which is loaded next.
    Args: network, the `build` of the record.
    """
    check_files(info.folder)
    spec = needed_spec(info)
    if spec.build != network:
        return None
    try:
        given = info.config["options"]
        weights = read_weights(info.folder / WEIGHTS)
        options = options_class(spec, given)(**given)
        made = make(spec, options, facts_class(spec).load(info.folder), weights)
    except Exception:
        return None
    if made is None or weights.unused():
        return None
    warn_of_versions(info)
    return made


def recurrence_form(name: str) -> type[NumpyRecurrence] | None:
    """The numpy form of a registered recurrence; None where it has none."""
    spec = registry().find("recurrences", name)
    if spec.numpy_form is None:
        return None
    form = load(spec.numpy_form)
    return form if isinstance(form, type) and issubclass(form, NumpyRecurrence) else None
