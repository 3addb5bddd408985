"""Load the models of `seqkit translate`, or its default model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry

if TYPE_CHECKING:
    from seqkit.tasks.seq2seq.apply import Models

DEFAULT_MODEL = "de-en"


def load_models(names: Sequence[str], inference_dtype: str) -> list[Any]:
    """The models, which must write the same symbols."""
    from seqkit.inference.generation import check_together
    from seqkit.models.artifact import load_for
    from seqkit.runtime.allocator import SEARCH
    from seqkit.runtime.start import loading_models

    names = list(names) or [default_translator()]
    with loading_models(SEARCH):
        models = [load_for("seq2seq", name, inference_dtype) for name in names]
    for name, model in zip(names[1:], models[1:], strict=True):
        if list(model.encoders) != list(models[0].encoders):
            problem = f"{name}: reads {', '.join(model.encoders)}, {names[0]} {', '.join(models[0].encoders)}"
            raise SeqkitError(
                problem, "The models of an ensemble must read the same modalities.", exit_code=2
            )
    check_together(models, names)
    return models


def starting_models(names: Sequence[str], inference_dtype: str) -> Models:
    """As `load_models`, for one stream of lines: torch is imported only if the stream is long.

    Several models, and one with a part that has no numpy form, are loaded in torch immediately.
    """
    from seqkit.tasks.seq2seq.loading import starting_translator

    (name, *others) = names or [default_translator()]
    models = None if others else starting_translator(name, inference_dtype)
    return models or load_models(names, inference_dtype)


def default_translator() -> str:
    """The shipped model, `de-en` if installed. Raises SeqkitError if there is none."""
    shipped = [registered for registered in registry().all("pretrained") if registered.spec.task == "seq2seq"]
    ranked = sorted(
        shipped, key=lambda registered: (registered.spec.name != DEFAULT_MODEL, not registered.builtin)
    )
    if not ranked:
        raise SeqkitError(
            "no model that translates is installed",
            "Train one, and name it with --model: "
            "seqkit train seq2seq --corpus multi30k --source de --target en --out runs/de-en",
            exit_code=2,
        )
    return str(ranked[0].spec.name)
