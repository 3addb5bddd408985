"""seqkit: recurrent sequence models for text. Importing this imports neither torch nor spaCy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seqkit._version import __version__
from seqkit.errors import SeqkitError
from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import (
    CorpusFile,
    CorpusListing,
    CorpusSpec,
    DecoderSpec,
    Division,
    EncoderSpec,
    FormatSpec,
    ModelSpec,
    PretrainedSpec,
    RecurrenceSpec,
)
from seqkit.models.contracts import TaggerOptions
from seqkit.models.options import Seq2SeqOptions

if TYPE_CHECKING:
    from seqkit.formats.examples import Sentence


def load(name_or_folder: str) -> Any:
    """A trained model, by the name of one that is installed or by its folder. Raises SeqkitError."""
    from seqkit.models.artifact import load_model

    return load_model(name_or_folder)


def tag(text: str, model: str = "en-tagger", language: str = "") -> list[Sentence]:
    """The sentences of a text, each with its `words` and `labels` (kind -> one label a word).

    >>> [sentence] = tag("She left.")
    >>> sentence.words, sentence.labels["upos"]
    (['She', 'left', '.'], ['PRON', 'VERB', 'PUNCT'])

    For many texts, `load` the model once and use `seqkit.batch.tagging.tag_text`.
    """
    from seqkit.batch.tagging import tag_text

    return list(tag_text(load(model), text, language))


__all__ = [
    "CorpusFile",
    "CorpusListing",
    "CorpusSpec",
    "DecoderSpec",
    "Division",
    "EncoderSpec",
    "FormatSpec",
    "ModelSpec",
    "PretrainedSpec",
    "RecurrenceSpec",
    "Seq2SeqOptions",
    "SeqkitError",
    "TaggerOptions",
    "__version__",
    "hookimpl",
    "load",
    "tag",
]
