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
import os
from typing import TYPE_CHECKING, Any

from seqkit._version import __version__

if TYPE_CHECKING:
    from seqkit.api.batches import run_batch
    from seqkit.api.evaluation import evaluate
    from seqkit.api.models import generate, load, tag, translate
    from seqkit.api.training import train
    from seqkit.errors import MissingPackageError, SeqkitError
    from seqkit.extend.api_version import PLUGIN_API
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
        NoOptions,
        ObjectiveSpec,
        OptimizerSpec,
        PretrainedSpec,
        RecurrenceSpec,
        ScheduleSpec,
        TaskSpec,
    )
    from seqkit.models.contracts import TaggerOptions
    from seqkit.models.options import Seq2SeqOptions

_MODULE_OF = {
    **dict.fromkeys(("generate", "load", "tag", "translate"), "seqkit.api.models"),
    "evaluate": "seqkit.api.evaluation",
    "run_batch": "seqkit.api.batches",
    "train": "seqkit.api.training",
    "PLUGIN_API": "seqkit.extend.api_version",
    **dict.fromkeys(("MissingPackageError", "SeqkitError"), "seqkit.errors"),
    "hookimpl": "seqkit.extend.hookspecs",
    "TaggerOptions": "seqkit.models.contracts",
    "Seq2SeqOptions": "seqkit.models.options",
}
"""Public name -> its module. Names that are not listed are records in `seqkit.extend.specs`."""


if "SEQKIT_PLUGIN_FILES" in os.environ:
    # A worker process unpickles objects whose classes come from a plugin file before it loads any plugin.
    from seqkit.extend.files import install_finder

    install_finder()


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that a command can install its signal handlers before any import."""
    if name not in __all__:
        raise AttributeError(f"module 'seqkit' has no attribute '{name}'")
    value = getattr(importlib.import_module(_MODULE_OF.get(name, "seqkit.extend.specs")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List all public names, for name completion in notebooks."""
    return sorted({*globals(), *__all__})


__all__ = [
    "PLUGIN_API",
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
    "MissingPackageError",
    "ModelSpec",
    "NoOptions",
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
    "evaluate",
    "generate",
    "hookimpl",
    "load",
    "run_batch",
    "tag",
    "train",
    "translate",
]
