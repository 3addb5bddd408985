"""seqkit: recurrent sequence models for text. Importing this imports neither torch nor spaCy."""

from __future__ import annotations

from seqkit._version import __version__
from seqkit.errors import SeqkitError
from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import (
    CorpusFile,
    CorpusSpec,
    FormatSpec,
    ModelSpec,
    PretrainedSpec,
    RecurrenceSpec,
)
from seqkit.models.contracts import TaggerOptions

__all__ = [
    "CorpusFile",
    "CorpusSpec",
    "FormatSpec",
    "ModelSpec",
    "PretrainedSpec",
    "RecurrenceSpec",
    "SeqkitError",
    "TaggerOptions",
    "__version__",
    "hookimpl",
]
