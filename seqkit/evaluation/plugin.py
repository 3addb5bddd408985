"""The built-in metrics, registered through the plugin hook."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import MetricSpec

MODULE = "seqkit.evaluation.text_metrics"


@hookimpl
def seqkit_metrics() -> Iterable[MetricSpec]:
    """Metrics of text."""
    yield MetricSpec("bleu", metric=f"{MODULE}:BLEU", summary="BLEU by sacreBLEU, 0 to 100", title="BLEU")
    yield MetricSpec("chrf", metric=f"{MODULE}:ChrF", summary="chrF2 by sacreBLEU, 0 to 100", title="chrF2")
    yield MetricSpec(
        "ter",
        metric=f"{MODULE}:TER",
        higher_is_better=False,
        summary="translation edit rate by sacreBLEU: edits per 100 words",
        title="TER",
    )
    yield MetricSpec(
        "exact",
        metric=f"{MODULE}:ExactMatch",
        unit="%",
        summary="outputs that equal their reference",
        title="exact match",
    )
    yield MetricSpec(
        "wer",
        metric=f"{MODULE}:WordErrorRate",
        higher_is_better=False,
        unit="%",
        summary="word error rate: edits per 100 words",
        title="word error rate",
    )
    yield MetricSpec(
        "cer",
        metric=f"{MODULE}:CharacterErrorRate",
        higher_is_better=False,
        unit="%",
        summary="character error rate: edits per 100 characters",
        title="character error rate",
    )
