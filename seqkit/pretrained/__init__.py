"""The models that ship inside the package."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import PretrainedSpec


@hookimpl
def seqkit_pretrained() -> Iterable[PretrainedSpec]:
    """The model that `seqkit tag` uses when none is named."""
    yield PretrainedSpec(
        "en-tagger",
        folder="seqkit.pretrained:en-tagger",
        task="tagging",
        language="en",
        summary="English UPOS, XPOS and FEATS, from the English Web Treebank",
    )
