"""seqkit: recurrent sequence models for text. Importing this imports neither torch nor spaCy."""

from __future__ import annotations

import sys

# `python -m seqkit` puts the current folder first on the path: a `socket.py` there would be imported.
if (
    sys.argv[:1] == ["-m"]
    and not sys.flags.safe_path
    and any(part == "seqkit" or part.endswith("mseqkit") for part in sys.orig_argv)
):
    del sys.path[0]

import importlib
from collections.abc import Iterable
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from seqkit._version import __version__

if TYPE_CHECKING:
    from seqkit.errors import SeqkitError
    from seqkit.examples import Sentence
    from seqkit.extend.hookspecs import hookimpl
    from seqkit.extend.specs import (
        CommandSpec,
        CorpusFile,
        CorpusListing,
        CorpusSpec,
        DecoderSpec,
        Division,
        EncoderSpec,
        EngineSpec,
        FormatSpec,
        LabelSpec,
        MetricSpec,
        ModelSpec,
        ObjectiveSpec,
        OptimizerSpec,
        PretrainedSpec,
        RecurrenceSpec,
        ScheduleSpec,
        TaskSpec,
    )
    from seqkit.models.contracts import TaggerOptions
    from seqkit.models.options import Seq2SeqOptions

_ELSEWHERE = {
    "SeqkitError": "seqkit.errors",
    "hookimpl": "seqkit.extend.hookspecs",
    "TaggerOptions": "seqkit.models.contracts",
    "Seq2SeqOptions": "seqkit.models.options",
}
"""Public name -> its module; records of plugins are in `seqkit.extend.specs`."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that a command can catch signals before anything is imported."""
    if name not in __all__:
        raise AttributeError(f"module 'seqkit' has no attribute '{name}'")
    found = getattr(importlib.import_module(_ELSEWHERE.get(name, "seqkit.extend.specs")), name)
    globals()[name] = found
    return found


def load(name_or_folder: str | PathLike[str]) -> Any:
    """A trained model, by the name of one that is installed or by its folder. Raises SeqkitError.

    A tagger (`seqkit.inference.tagger.TaggerRunner`) has `predict`, `predict_top` (labels with their probabilities),
    `matrices` (W, U and V by name) and `model`, the network; a model from one sequence to another
    (`seqkit.models.seq2seq.Seq2Seq`) has `read` (the states of a source) and `log_prob`. The networks are
    `torch.nn.Module`s.
    """
    from seqkit.models.folder import model_info
    from seqkit.tasks.contract import task_named

    return task_named(model_info(name_or_folder).config["task"]).load(fspath(name_or_folder))


def tag(text: str, model: str = "en-tagger", language: str = "", segmenter: str = "") -> list[Sentence]:
    """The sentences of a text, each with its `words` and `labels` (kind -> one label a word).

    >>> [sentence] = tag("She left.")
    >>> sentence.words, sentence.labels["upos"]
    (['She', 'left', '.'], ['PRON', 'VERB', 'PUNCT'])

    `segmenter` names what splits the text: a segmenter's folder, or `spacy` for its rules; by default the model's own.
    For many texts, `load` the model once and use `seqkit.tasks.tagging.apply.tag_text`. Raises SeqkitError for a model
    that does not tag.
    """
    from seqkit.tasks.tagging.apply import tag_text
    from seqkit.tasks.tagging.loading import starting_tagger

    return list(tag_text(starting_tagger(model), _whole(text), language, segmenter))


def _whole(text: object) -> str:
    """Check a text. Raises TypeError for anything but a string, and SeqkitError for a lone surrogate."""
    if not isinstance(text, str):
        raise TypeError(f"expected a text (str), got {type(text).__name__}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        from seqkit.errors import SeqkitError

        raise SeqkitError("the text has half a surrogate pair", "Decode it as what it is, or delete it.")
    return text


def translate(lines: str | Iterable[str], model: str = "de-en", **options: Any) -> list[str]:
    """The best translation of each line; "" for an empty one. A text is taken as its lines.

    >>> translate("Der Hund schläft im Garten.")
    ['The dog is sleeping in the garden.']

    Args: options, fields of `seqkit.decoding.options.DecodingOptions`, such as `beam=1`. For many calls, several
    translations a line, or scores, `load` the model once and use `seqkit.tasks.seq2seq.apply.translate_lines`. Raises
    SeqkitError for a model that does not translate text, for an option that there is not, and for half a character.
    """
    from seqkit.config import fill
    from seqkit.decoding.options import DecodingOptions
    from seqkit.tasks.seq2seq.apply import translate_lines
    from seqkit.tasks.seq2seq.loading import text_models

    models = text_models(model)
    chosen: DecodingOptions = fill({"decoding": DecodingOptions}, options)["decoding"]
    if not isinstance(lines, Iterable) or isinstance(lines, bytes):
        raise TypeError(f"expected a text or several lines (str), got {type(lines).__name__}")
    _whole(options.get("prefix", ""))
    given = [_whole(line) for line in ((lines or "\n").splitlines() if isinstance(lines, str) else lines)]
    return [found[0].text if found else "" for found in translate_lines(models, given, chosen)]


__all__ = [
    "CommandSpec",
    "CorpusFile",
    "CorpusListing",
    "CorpusSpec",
    "DecoderSpec",
    "Division",
    "EncoderSpec",
    "EngineSpec",
    "FormatSpec",
    "LabelSpec",
    "MetricSpec",
    "ModelSpec",
    "ObjectiveSpec",
    "OptimizerSpec",
    "PretrainedSpec",
    "RecurrenceSpec",
    "ScheduleSpec",
    "Seq2SeqOptions",
    "SeqkitError",
    "TaggerOptions",
    "TaskSpec",
    "__version__",
    "hookimpl",
    "load",
    "tag",
    "translate",
]
