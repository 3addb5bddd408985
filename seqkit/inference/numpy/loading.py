"""Load models in numpy if all their parts have a numpy form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from seqkit.config import fill
from seqkit.extend.build import facts_class
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import ModelSpec
from seqkit.inference.numpy.forms import NumpyRecurrence
from seqkit.inference.numpy.tagger import NumpyTagger
from seqkit.inference.numpy.translator import NumpyTranslator
from seqkit.inference.numpy.weights import Weights, read_weights
from seqkit.models.folder import WEIGHTS, ModelInfo
from seqkit.models.folder_checks import check_files, needed_spec, warn_of_versions
from seqkit.models.options import names_in, options_class
from seqkit.runtime.devices import on_cpu

Model = TypeVar("Model")
Make = Callable[[ModelSpec, Any, Any, Weights], Model | None]
"""(record, options, facts, weights) -> the model; None if a part has no numpy form."""

TAGGER = "seqkit.models.tagger:build"
"""The `build` of the network that `NumpyTagger` computes."""
SEQ2SEQ = "seqkit.models.seq2seq:build"
"""The `build` of the network that `NumpyTranslator` computes."""


def opened_tagger(info: ModelInfo, inference_dtype: str = "") -> NumpyTagger | None:
    """The built-in tagger of a folder; None if it needs torch.

    Args: inference_dtype, number format of the computation; "": the model's. Raises SeqkitError for a damaged folder,
    and for one that needs a plugin that is not installed.
    """

    def make(spec: ModelSpec, options: Any, facts: Any, weights: Weights) -> NumpyTagger | None:
        dtype = inference_dtype or options.inference_dtype
        recurrence = recurrence_form(options.recurrence)
        if recurrence is None or dtype not in ("float32", "int8"):
            return None
        return NumpyTagger(options, facts, recurrence, weights, dtype)

    return opened(info, TAGGER, make)


def opened_translator(info: ModelInfo, inference_dtype: str = "") -> NumpyTranslator | None:
    """The model of a folder that reads and writes symbols; None if it needs torch.

    Arguments and errors are those of `opened_tagger`.
    """

    def make(spec: ModelSpec, options: Any, facts: Any, weights: Weights) -> NumpyTranslator | None:
        names, host = names_in(options.encoder), registry()
        records = [host.find("encoders", name) for name in names] + [host.find("decoders", options.decoder)]
        forms = [record.numpy_form for record in records]
        dtype = inference_dtype or options.inference_dtype
        if len(names) > 1 or None in forms or dtype != "float32":
            return None
        encoder = load(forms[0])(options, facts.encoders[names[0]], weights.part(f"encoders.{names[0]}"))
        of_decoder = (options, facts.decoder, weights.part("decoder"), {names[0]: encoder})
        return NumpyTranslator(options, facts, names[0], encoder, load(forms[1])(*of_decoder))

    return opened(info, SEQ2SEQ, make)


def opened(info: ModelInfo, network: str, make: Make[Model]) -> Model | None:
    """The model of a folder, made by `make`; None for another network, and if `make` fails.

    The torch form, which is loaded next, reports the error of a folder that does not fit its model.
    Args: network, the `build` of the record.
    """
    check_files(info.folder)
    spec = needed_spec(info)
    if spec.build != network or not on_cpu():
        return None
    try:
        given = info.config["options"]
        weights = read_weights(info.folder / WEIGHTS)
        options = fill({"model": options_class(spec, given)}, given)["model"]
        made = make(spec, options, facts_class(spec).load(info.folder), weights)
    except Exception:
        return None
    if made is None or weights.unused():
        return None
    warn_of_versions(info)
    return made


def recurrence_form(name: str) -> type[NumpyRecurrence] | None:
    """The numpy form of a registered recurrence; None if it has none."""
    spec = registry().find("recurrences", name)
    if spec.numpy_form is None:
        return None
    form = load(spec.numpy_form)
    return form if isinstance(form, type) and issubclass(form, NumpyRecurrence) else None


def needed_form(name: str) -> type[NumpyRecurrence]:
    """As `recurrence_form`, but raises LookupError if there is none: the model then needs torch."""
    form = recurrence_form(name)
    if form is None:
        raise LookupError(f"the recurrence {name} has no numpy form")
    return form
