"""The figures of each epoch, and their CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit.evaluation.metric import Metric
from seqkit.io.atomic import write_text
from seqkit.training.state import Progress

METRICS = "metrics.csv"


def epoch_row(progress: Progress, learning_rate: float, scores: Sequence[Metric]) -> dict[str, Any]:
    """The figures of the epoch that `progress` has just completed: a line of `metrics.csv`.

    Args: learning_rate, that of the last update; scores, on dev.
    """
    return {
        "epoch": progress.epoch + 1,
        "updates": progress.updates,
        "seconds": round(progress.seconds, 1),
        "learning_rate": learning_rate,
        "train_loss": progress.nll / max(progress.steps, 1),
        "train_accuracy": progress.right / max(progress.steps, 1),
        "gradient_norm": progress.norm / max(progress.norms, 1),
        **{f"dev_{metric.name}": metric.value for metric in scores},
    }


def write_metrics(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a line for each epoch, atomically. Floats keep all digits, so that two runs can be compared bit for bit.

    A metric that only some epochs have is empty in the others.
    """
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, fieldnames=names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
