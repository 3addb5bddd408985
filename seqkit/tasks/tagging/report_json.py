"""Scores of a tagger as values for JSON."""

from __future__ import annotations

from typing import Any

from seqkit.evaluation.raw import RawScores
from seqkit.evaluation.spans import SpanScores
from seqkit.evaluation.tagging import Accuracy, KindScores, LabelScore, TaggingScores

GROUPS = ("overall", "known", "unknown", "ambiguous", "sentences")


def tagging_dict(scores: TaggingScores) -> dict[str, Any]:
    """All scores: shares between 0 and 1, None if nothing was counted."""
    return {
        "sentences": scores.sentences,
        "words": scores.words,
        "silver": scores.silver,
        "model_silver": scores.model_silver,
        "kinds": {
            kind: _kind_dict(score) | _spans_dict(scores.spans.get(kind))
            for kind, score in scores.kinds.items()
        },
    }


def _spans_dict(spans: SpanScores | None) -> dict[str, Any]:
    """The entry of a kind whose labels are spans; empty for other kinds."""
    if spans is None:
        return {}
    types = {name: _label_dict(score) for name, score in spans.types.items()}
    return {"spans": {**_label_dict(spans.overall), "types": types}}


def _label_dict(score: LabelScore) -> dict[str, Any]:
    return {**score._asdict(), "precision": score.precision, "recall": score.recall, "f1": score.f1}


def _kind_dict(score: KindScores) -> dict[str, Any]:
    found: dict[str, Any] = {group: _accuracy_dict(getattr(score, group)) for group in GROUPS}
    if score.confusion:
        found["macro_f1"] = score.macro_f1
        found["labels"] = {name: _label_dict(label) for name, label in score.labels().items()}
        found["confusion"] = [
            {"gold": gold, "predicted": guess, "words": count}
            for (gold, guess), count in score.confusion.most_common()
        ]
    return found


def _accuracy_dict(accuracy: Accuracy) -> dict[str, Any]:
    return {**accuracy._asdict(), "accuracy": accuracy.value, "interval_95": accuracy.interval}


def raw_dict(scores: RawScores) -> dict[str, Any]:
    """All metrics: counts, and shares between 0 and 1."""
    metrics = {
        name: {
            **score._asdict(),
            "precision": score.precision,
            "recall": score.recall,
            "f1": score.f1,
            "aligned_accuracy": score.aligned_accuracy,
        }
        for name, score in scores.metrics.items()
    }
    return {"silver": scores.silver, "model_silver": scores.model_silver, "metrics": metrics}
