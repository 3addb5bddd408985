"""Scores of recognised text, and of generated media, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqkit.evaluation.drawing import DrawingScores
from seqkit.evaluation.recognition import ErrorRate, RecognitionScores
from seqkit.evaluation.report import Part, Table
from seqkit.evaluation.tagging import Accuracy

HEADER = ["metric", "value", "95 % interval"]


@dataclass(frozen=True)
class RecognitionPart(Part):
    """Scores of text that was read from media."""

    scores: RecognitionScores

    def tables(self) -> list[Table]:
        return _in_card(recognition_tables(self.scores))

    def data(self) -> dict[str, Any]:
        return recognition_dict(self.scores)


@dataclass(frozen=True)
class DrawingPart(Part):
    """Scores of media that were written."""

    scores: DrawingScores

    def tables(self) -> list[Table]:
        return _in_card(drawing_tables(self.scores))

    def data(self) -> dict[str, Any]:
        return drawing_dict(self.scores)


def _in_card(tables: Sequence[Table]) -> list[Table]:
    """Tables that all go to the model's card."""
    return [table._replace(in_card=True) for table in tables]


def recognition_tables(scores: RecognitionScores) -> list[Table]:
    """The metrics, and exact matches by the words of the target where there are few lengths."""
    rows = [
        _share("exact match, %", scores.exact),
        _rate("word error rate, %", scores.word_error),
        _rate("character error rate, %", scores.character_error),
        *(
            [name, f"{score.value:.2f}", f"{score.low:.2f}–{score.high:.2f}"]
            for name, score in scores.metrics.items()
        ),
    ]
    tables = [Table("Scores (error rates: lower is better)", HEADER, rows)]
    if scores.by_words:
        lengths = [
            [str(length), str(of_length.total), *_share("", of_length)[1:]]
            for length, of_length in scores.by_words.items()
        ]
        tables.append(
            Table("Exact match by words of the target", ["words", "pairs", "%", "95 % interval"], lengths)
        )
    return tables


def drawing_tables(scores: DrawingScores) -> list[Table]:
    """Log-likelihood, and the judge's verdict on what was drawn beside that on the targets."""
    rows = [["log-likelihood, an example", f"{scores.log_likelihood:.2f}", ""]]
    if scores.squared_error is not None:
        rows.insert(0, ["mean squared error", f"{scores.squared_error:.5f}", ""])
    tables = [Table("Scores", HEADER, rows)]
    if scores.drawn is not None and scores.real is not None:
        verdicts = [
            [f"{name}, {what}", *_share("", accuracy)[1:]]
            for name, verdict in (("drawn", scores.drawn), ("real", scores.real))
            for what, accuracy in [
                ("all", verdict.exact),
                *((f"{count} clause(s)", own) for count, own in verdict.by_clauses.items()),
                ("each clause", verdict.clauses),
            ]
        ]
        tables.append(
            Table(
                "Judged (its text equals the source's)",
                ["outputs", "right, %", "95 % interval"],
                verdicts,
            )
        )
    return tables


def recognition_dict(scores: RecognitionScores) -> dict[str, Any]:
    """Everything measured, for JSON. Metrics go from 0 to 100, shares and error rates from 0 to 1."""
    return {
        "pairs": scores.pairs,
        "exact": _accuracy_dict(scores.exact),
        "word_error_rate": _rate_dict(scores.word_error),
        "character_error_rate": _rate_dict(scores.character_error),
        "metrics": {
            name: {"score": score.value, "interval_95": [score.low, score.high], "signature": score.signature}
            for name, score in scores.metrics.items()
        },
        "exact_by_words": {str(length): _accuracy_dict(own) for length, own in scores.by_words.items()},
    }


def drawing_dict(scores: DrawingScores) -> dict[str, Any]:
    """Everything measured, for JSON."""
    found: dict[str, Any] = {"pairs": scores.pairs, "log_likelihood": scores.log_likelihood}
    if scores.squared_error is not None:
        found["squared_error"] = scores.squared_error
    for name, verdict in (("drawn", scores.drawn), ("real", scores.real)):
        if verdict is not None:
            found[name] = {
                "exact": _accuracy_dict(verdict.exact),
                "clauses": _accuracy_dict(verdict.clauses),
                "exact_by_clauses": {
                    str(count): _accuracy_dict(own) for count, own in verdict.by_clauses.items()
                },
            }
    return found


def _share(name: str, accuracy: Accuracy) -> list[str]:
    low, high = accuracy.interval or (0.0, 0.0)
    return [name, f"{100 * (accuracy.value or 0):.2f}", f"{100 * low:.2f}–{100 * high:.2f}"]


def _rate(name: str, found: ErrorRate) -> list[str]:
    return [name, f"{100 * found.value:.2f}", f"{100 * found.low:.2f}–{100 * found.high:.2f}"]


def _accuracy_dict(accuracy: Accuracy) -> dict[str, Any]:
    return {**accuracy._asdict(), "accuracy": accuracy.value, "interval_95": accuracy.interval}


def _rate_dict(found: ErrorRate) -> dict[str, Any]:
    return {"rate": found.value, "interval_95": [found.low, found.high], "edits": found.edits}
