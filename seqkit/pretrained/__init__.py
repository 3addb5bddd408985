"""The models that ship inside the package."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import PretrainedSpec


@hookimpl
def seqkit_pretrained() -> Iterable[PretrainedSpec]:
    """The default models of `seqkit tag` and `seqkit translate`, and a translator for the opposite direction."""
    yield PretrainedSpec(
        "en-tagger",
        folder="seqkit.pretrained:en-tagger",
        task="tagging",
        language="en",
        summary="English UPOS, XPOS, FEATS and lemmas, from the English Web Treebank",
    )
    for source, target, languages in (("de", "en", "German to English"), ("en", "de", "English to German")):
        yield PretrainedSpec(
            f"{source}-{target}",
            folder=f"seqkit.pretrained:{source}-{target}",
            task="seq2seq",
            language=f"{source}-{target}",
            summary=f"{languages}, everyday sentences, from Tatoeba",
        )
