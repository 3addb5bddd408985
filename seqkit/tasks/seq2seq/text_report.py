"""Scores of translations as tables and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqkit.evaluation.metric import Metric
from seqkit.evaluation.report import MetricsPart, Part, Table, TablePart
from seqkit.evaluation.translation import Bucket, Compared, TranslationScores


@dataclass(frozen=True)
class TranslationPart(Part):
    """Scores of translations. The first table goes to the model's card."""

    scores: TranslationScores

    def tables(self) -> list[Table]:
        return translation_tables(self.scores)

    def data(self) -> dict[str, Any]:
        return translation_dict(self.scores)


def further_parts(more: Sequence[Metric], comparison: Sequence[Compared]) -> list[Part]:
    """The parts after the scores: metrics that `--metric` names, and a comparison."""
    parts: list[Part] = [MetricsPart(more, "By --metric", "more", in_card=False)] if more else []
    if comparison:
        parts.append(TablePart("comparison", compared_table(comparison), compared_dicts(comparison)))
    return parts


def translation_tables(scores: TranslationScores) -> list[Table]:
    """The metrics with their signatures, the lengths, and BLEU by source length."""
    rows = [
        [name, f"{score.value:.2f}", f"{score.low:.2f}–{score.high:.2f}", score.signature]
        for name, score in scores.metrics.items()
    ]
    exact = scores.exact
    low, high = exact.interval or (0.0, 0.0)
    rows.append(
        ["exact match, %", f"{100 * (exact.value or 0):.2f}", f"{100 * low:.2f}–{100 * high:.2f}", ""]
    )
    ratio = "–" if scores.length_ratio is None else f"{scores.length_ratio:.3f}"
    rows.append(["length ratio", ratio, "", f"tok:{scores.tokenizer.name}"])
    lower = [name for name, score in scores.metrics.items() if not score.higher_is_better]
    remark = f" ({', '.join(lower)}: lower is better)" if lower else ""
    lengths = [[_span(bucket), str(bucket.pairs), f"{bucket.bleu:.2f}"] for bucket in scores.by_length]
    return [
        Table(f"Scores{remark}", ["metric", "value", "95 % interval", "signature"], rows, in_card=True),
        Table("BLEU by length of the source", [scores.unit, "pairs", "BLEU"], lengths),
    ]


def _span(bucket: Bucket) -> str:
    return f"{bucket.first}–{bucket.last}" if bucket.last else f"{bucket.first} and more"


def compared_table(rows: Sequence[Compared]) -> Table:
    """Two models side by side, with the p-value of their difference."""
    cells = [
        [
            row.metric,
            f"{row.this:.2f}",
            f"{row.other:.2f}",
            f"{row.this - row.other:+.2f}",
            f"{row.low:+.2f} to {row.high:+.2f}",
            f"{row.p:.4f}",
        ]
        for row in rows
    ]
    header = ["metric", "this", "other", "difference", "95 % interval", "p"]
    return Table("Compared (paired bootstrap over sentences)", header, cells)


def translation_dict(scores: TranslationScores) -> dict[str, Any]:
    """Everything measured, for JSON. Metrics go from 0 to 100, shares from 0 to 1."""
    return {
        "pairs": scores.pairs,
        "metrics": {
            name: {"score": score.value, "interval_95": [score.low, score.high], "signature": score.signature}
            for name, score in scores.metrics.items()
        },
        "length_ratio": scores.length_ratio,
        "exact": {
            **scores.exact._asdict(),
            "accuracy": scores.exact.value,
            "interval_95": scores.exact.interval,
        },
        "tokenizer": scores.tokenizer.name,
        "unit": scores.unit,
        "by_length": [bucket._asdict() for bucket in scores.by_length],
    }


def compared_dicts(rows: Sequence[Compared]) -> list[dict[str, Any]]:
    """A comparison for JSON."""
    return [{**row._asdict(), "difference": row.this - row.other} for row in rows]
