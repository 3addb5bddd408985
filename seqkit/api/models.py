"""Load a trained model, and apply one to a text at once."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath
from typing import Any, cast

from seqkit.errors import PluginError, SeqkitError
from seqkit.extend.manager import load as resolve
from seqkit.extend.manager import registry
from seqkit.extend.specs import TaskSpec
from seqkit.models.folder import ModelInfo, model_info
from seqkit.models.folder_checks import check_task
from seqkit.models.needs import missing
from seqkit.runtime.devices import use_device
from seqkit.tasks.loaded import LoadedModel
from seqkit.tasks.option_types import with_checked_options
from seqkit.tasks.python_values import ScoredText

Name = str | PathLike[str]
"""A model: the name of one that is installed, its folder, or `hf://owner/name[@revision]`."""


@with_checked_options
def load(model: Name, *, task: str = "", inference_dtype: str = "", device: str = "") -> LoadedModel:
    """Load a trained model.

    >>> import seqkit
    >>> tagger = seqkit.load("en-tagger")
    >>> tagger
    LoadedTagger('en-tagger', task='tagging')
    >>> for sentence in tagger.tag("She left. He stays."):
    ...     print(*sentence.labels["upos"])
    PRON VERB PUNCT
    PRON VERB PUNCT
    >>> sum(len(sentences) for sentences in tagger.pipe(["She left.", "He stays. It rains."]))
    3

    A tagger has `tag`, a translator `translate`, a language model `generate`, a segmenter `segment`; every model has
    `apply` and `pipe`, and the attributes of what its task's `load` gives, such as `predict` and `matrices`.

    Args: model, its name, its folder, or `hf://owner/name[@revision]`; task, its task, where only models of one are
    wanted; inference_dtype, number format of the computation, "": the model's own; device, cpu, cuda, cuda:1, mps or
    auto, on which this process computes from now on, "": as before. Raises SeqkitError where there is no such model,
    device, or where the model is of another task.
    """
    name = checked_name(model)
    if device:
        use_device(device)
    info = model_info(name)
    if task:
        check_task(task, name)
    spec = task_of(info)
    return _class_of(spec)(name, info, spec, inference_dtype)


def tag(text: str, model: Name = "en-tagger", lang: str = "", segmenter: str = "", **options: Any) -> Any:
    """The sentences of a text, each with its `words` and `labels` (kind -> one label a word).

    >>> [sentence] = tag("She left.")
    >>> sentence.words, sentence.labels["upos"]
    (['She', 'left', '.'], ['PRON', 'VERB', 'PUNCT'])

    The model is read at each call: for many texts, `load` it once. Args: as of `seqkit tag`. Raises SeqkitError for a
    model that does not tag.
    """
    tagger = load(model)
    tag = tagger.tag
    tagger.request(options)  # names a slip
    return tag(text, lang=lang, segmenter=segmenter, **options)


def translate(lines: str | Iterable[str], model: Name = "de-en", **options: Any) -> Any:
    """The best translation of each line; "" for an empty one. A text is split into lines.

    >>> translate("Der Hund schläft im Garten.")
    ['The dog is sleeping in the garden.']

    The model is read at each call: for many calls, `load` it once. Args: options, those of `seqkit translate`, such as
    `beam=1`. Raises SeqkitError for a model that does not translate text, and for an option that there is not.
    """
    translator = load(model)
    translate = translator.translate
    translator.request(options)  # names a slip
    return translate(lines, **options)


def generate(prompt: str = "", *, model: Name, **options: Any) -> list[ScoredText]:
    """Texts that begin with the prompt, written by a language model; each has its `log_prob`.

    Args: options, those of `seqkit generate`, such as `length=80` and `count=3`. Raises SeqkitError for another model.
    """
    writer = load(model)
    generate = writer.generate
    writer.request(options)  # names a slip
    return cast(list[ScoredText], generate(prompt, **options))


def _class_of(spec: TaskSpec) -> type[LoadedModel]:
    """The class of a task's models in Python. Raises PluginError for any other object."""
    made = resolve(spec.loaded) if spec.loaded else LoadedModel
    if not (isinstance(made, type) and issubclass(made, LoadedModel)):
        owner = registry().registered("tasks", spec.name).display_name
        problem = f"{owner}: the task '{spec.name}' names {spec.loaded}, which is no seqkit.tasks.LoadedModel"
        raise PluginError(problem, "Its author should subclass it.")
    return made


def task_of(info: ModelInfo) -> TaskSpec:
    """The record of a model's task. Raises SeqkitError if a plugin that the model needs is not installed."""
    for problem, fix in missing(info.config["needs"]):
        raise SeqkitError(f"{info.folder}: {problem}", fix)
    spec: TaskSpec = registry().find("tasks", info.config["task"])
    return spec


def checked_name(model: object) -> str:
    """A model's name or folder as text. Raises TypeError for anything else."""
    if not isinstance(model, str | PathLike):
        raise TypeError(f"expected a model's name or folder (str or path), got {type(model).__name__}")
    return str(fspath(model))
