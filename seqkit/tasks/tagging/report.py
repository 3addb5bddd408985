"""Scores of a tagger as tables, marked if a pipeline made the gold labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seqkit.evaluation.compare import Comparison
from seqkit.evaluation.raw import RawScores
from seqkit.evaluation.report import Part, Table, TablePart, silver_warning
from seqkit.evaluation.spans import SpanScores
from seqkit.evaluation.tagging import Accuracy, KindScores, TaggingScores
from seqkit.tasks.tagging.report_json import GROUPS, raw_dict, tagging_dict

if TYPE_CHECKING:
    from seqkit.evaluation.calibration import Calibration

SHOWN = 20
"""Labels shown of each kind, the most frequent ones; JSON has them all."""
NARROW = 8
"""Characters; longer labels make no matrix, but a list of confusions."""


def tagging_tables(scores: TaggingScores) -> list[Table]:
    """Accuracies, what they were counted on, and for each kind its labels and confusions."""
    tables = [_accuracies(scores), _counts(scores)]
    tables += [_spans(kind, score) for kind, score in scores.spans.items()]
    for kind, score in scores.kinds.items():
        if score.confusion:
            tables += [_labels(kind, score), _confusions(kind, score)]
    return _marked(tables, scores.silver)


def counted(scores: TaggingScores) -> str:
    """The data of the scores."""
    return f"{scores.sentences:,} sentences, {scores.words:,} words"


@dataclass(frozen=True)
class TaggingPart(Part):
    """Scores on labelled words. Accuracies and scores of spans go to the model's card."""

    scores: TaggingScores

    def tables(self) -> list[Table]:
        return tagging_tables(self.scores)

    def data(self) -> dict[str, Any]:
        return tagging_dict(self.scores)


@dataclass(frozen=True)
class RawPart(Part):
    """Scores from raw text."""

    scores: RawScores

    def tables(self) -> list[Table]:
        return raw_tables(self.scores)

    def data(self) -> dict[str, Any]:
        return raw_dict(self.scores)


def tagging_parts(
    scores: TaggingScores, comparisons: Sequence[Comparison], calibrations: Sequence[Calibration]
) -> list[Part]:
    """The parts of a report on labelled words."""
    parts: list[Part] = [TaggingPart(scores)]
    if comparisons:
        parts.append(TablePart("comparison", comparison_table(comparisons), list(map(asdict, comparisons))))
    if calibrations:
        parts.append(
            TablePart("calibration", calibration_table(calibrations), list(map(asdict, calibrations)))
        )
    return parts


def comparison_table(comparisons: Sequence[Comparison]) -> Table:
    """Two models side by side, with the 95 % interval of their difference and its p-value."""
    rows = [
        [
            c.kind,
            _percent(c.a),
            _percent(c.b),
            _signed(c.difference),
            f"{_signed(c.low)} to {_signed(c.high)}",
            f"{c.p:.4f}",
        ]
        for c in comparisons
    ]
    header = ["label", "this", "other", "difference", "95 % interval", "p"]
    return Table("Compared, % (paired bootstrap over sentences)", header, rows)


def calibration_table(calibrations: Sequence[Calibration]) -> Table:
    """Calibration errors and losses of each kind of label, before and after temperature scaling."""
    rows = [
        [
            c.kind,
            f"{c.temperature:.3f}",
            *(_percent(value) for value in (c.before.ece, c.after.ece)),
            *(_percent(value) for value in (c.before.adaptive_ece, c.after.adaptive_ece)),
            *("–" if value is None else f"{value:.4f}" for value in (c.before.nll, c.after.nll)),
        ]
        for c in calibrations
    ]
    header = ["label", "temperature", "ECE", "scaled", "adaptive ECE", "scaled", "NLL", "scaled"]
    return Table("Calibration: errors in points of %, NLL in nats a word", header, rows)


def raw_tables(scores: RawScores) -> list[Table]:
    """Precision, recall, F1 and the accuracy on aligned words of each metric."""
    rows = [
        [name, *(_percent(value) for value in (s.precision, s.recall, s.f1, s.aligned_accuracy))]
        for name, s in scores.metrics.items()
    ]
    table = Table("From raw text, %", ["metric", "precision", "recall", "F1", "aligned accuracy"], rows)
    return _marked([table], scores.silver)


def _marked(tables: Sequence[Table], silver: str | None) -> list[Table]:
    mark = f" [{silver_warning(silver)}]" if silver else ""
    return [table._replace(title=table.title + mark) for table in tables]


def _accuracies(scores: TaggingScores) -> Table:
    header = ["label", "words", "95 % interval", "known", "unknown", "ambiguous", "sentences", "macro F1"]
    rows = []
    for kind, score in scores.kinds.items():
        cells = [_percent(getattr(score, group).value) for group in GROUPS]
        rows.append([kind, cells[0], _interval(score.overall), *cells[1:], _percent(score.macro_f1)])
    return Table("Accuracy, %", header, rows, in_card=True)


def _spans(kind: str, score: SpanScores) -> Table:
    rows = [
        [
            name,
            *(_percent(value) for value in (s.precision, s.recall, s.f1)),
            *map(str, (s.support, s.predicted, s.right)),
        ]
        for name, s in (("all", score.overall), *score.types.items())
    ]
    header = ["span", "precision", "recall", "F1", "gold", "predicted", "right"]
    return Table(f"{kind}: spans as conlleval counts them, %", header, rows, in_card=True)


def _counts(scores: TaggingScores) -> Table:
    rows = [
        [kind, *(str(getattr(score, group).total) for group in GROUPS)]
        for kind, score in scores.kinds.items()
    ]
    return Table("Counted on", ["label", "words", *GROUPS[1:]], rows)


def _labels(kind: str, score: KindScores) -> Table:
    labels = score.labels()
    rows = [
        [name, _percent(label.precision), _percent(label.recall), _percent(label.f1), str(label.support)]
        for name, label in list(labels.items())[:SHOWN]
    ]
    header = [kind, "precision", "recall", "F1", "support"]
    return Table(f"{kind}: {_shown(len(labels), 'labels')}, %", header, rows)


def _shown(count: int, what: str) -> str:
    return f"the {SHOWN} most frequent of {count} {what}" if count > SHOWN else f"{count} {what}"


def _confusions(kind: str, score: KindScores) -> Table:
    """A matrix of the frequent labels, or a list of the frequent confusions where labels are long."""
    labels = list(score.labels())[:SHOWN]
    if max(map(len, labels)) > NARROW:
        wrong = Counter({pair: count for pair, count in score.confusion.items() if pair[0] != pair[1]})
        rows = [[gold, guess, str(count)] for (gold, guess), count in wrong.most_common(SHOWN)]
        return Table(f"{kind}: {_shown(len(wrong), 'confusions')}", ["gold", "predicted", "words"], rows)
    rows = [[gold, *_matrix_row(score.confusion, gold, labels)] for gold in labels]
    return Table(f"{kind}: gold in rows, predicted in columns", ["", *labels, "other"], rows)


def _matrix_row(confusion: Counter[tuple[str, str]], gold: str, labels: Sequence[str]) -> list[str]:
    other = sum(n for (label, guess), n in confusion.items() if label == gold and guess not in labels)
    return [str(count or "–") for count in [*(confusion[gold, guess] for guess in labels), other]]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}"


def _signed(value: float) -> str:
    return f"{100 * value:+.2f}"


def _interval(accuracy: Accuracy) -> str:
    interval = accuracy.interval
    return "–" if interval is None else f"{_percent(interval[0])}–{_percent(interval[1])}"
