"""Choose the segmenter of raw text for a model: the model's, one that a user names, or spaCy's rules."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import cast

from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import PretrainedSpec
from seqkit.models.folder import CONFIG, model_folder, model_info
from seqkit.tasks.contract import task_named
from seqkit.text.segmenters import RuleSegmenter, Segmenter

FOLDER = "segmenter"
"""The subfolder of a model with the segmenter that was trained with it, which is a model folder, too."""
RULES = "spacy"
"""The name of the segmenter with spaCy's rules."""
PROVIDES = "segmenter"
"""The value in `TaskSpec.provides` of tasks whose models split text."""


def segmenter_of(model: str, language: str, choice: str = "", lang: str = "") -> Segmenter:
    """The segmenter for a model that reads raw text.

    Args: model, name or folder, "": none; language, the model's; choice, what the user named: `spacy`, or a segmenter's
    name or folder; lang, the language of the text if the user named one: a model's segmenter serves only its own
    language. Raises SeqkitError for a choice that is not a segmenter.
    """
    if choice and choice != RULES:
        return load_segmenter(choice)
    own = own_segmenter(model) if model and not choice and lang in ("", language) else None
    return load_segmenter(str(own)) if own is not None else RuleSegmenter(lang or language)


def default_segmenter(language: str) -> Segmenter:
    """The segmenter for a language: a shipped one, also as part of another model, else spaCy's rules."""
    return segmenter_of("", language, name_for(language))


def name_for(language: str) -> str:
    """Name or folder of the shipped segmenter for a language; RULES if there is none."""
    for registered in sorted(registry().all("pretrained"), key=lambda registered: not registered.builtin):
        if registered.spec.language == language and (found := _shipped(registered.spec)):
            return found
    return RULES


def _shipped(spec: PretrainedSpec) -> str:
    """Name or folder of the segmenter that a shipped model is or has; "" if there is none."""
    provides = {one.spec.name: one.spec.provides for one in registry().all("tasks")}
    if provides.get(spec.task) == PROVIDES:
        return spec.name
    return str(own_segmenter(spec.name) or "")


def own_segmenter(model: str) -> Path | None:
    """The folder of the segmenter in a model's folder; None if it has none."""
    folder = model_folder(model) / FOLDER
    return folder if (folder / CONFIG).is_file() else None


def segmenter_in(model: str) -> str:
    """The segmenter that a user names: RULES, a segmenter, or the folder of the one that a tagger has."""
    if model == RULES:
        return RULES
    return str(own_segmenter(str(model_info(model).folder)) or model)


@lru_cache(maxsize=4)
def load_segmenter(name_or_folder: str) -> Segmenter:
    """A trained segmenter of any task that provides one, cached. Raises SeqkitError for any other model."""
    task = str(model_info(name_or_folder).config["task"])
    spec = next((one.spec for one in registry().all("tasks") if one.spec.name == task), None)
    if spec is None or spec.provides != PROVIDES:
        fix = f"Name a segmenter (`seqkit train segmenter` makes one), or {RULES}."
        raise SeqkitError(
            f"{name_or_folder}: a model for {task}, which does not split text", fix, exit_code=2
        )
    small = load(spec.numpy_form)(name_or_folder) if spec.numpy_form else None
    return cast(Segmenter, small or task_named(task).load(name_or_folder))
