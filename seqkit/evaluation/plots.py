"""Plots of a training run and of errors."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from seqkit.evaluation.metric import NATS, PERCENT, POINTS
from seqkit.evaluation.pictures import plain, save_figure

if TYPE_CHECKING:
    from seqkit.evaluation.tagging import KindScores
    from seqkit.training.state import Progress

PLOTTED = 40
"""Number of labels in a confusion matrix, most frequent first."""


def learning_curve(progress: Progress, picture: Path, title: str = "") -> None:
    """Plot losses and scores by epoch. Does nothing for a run without an epoch.

    Losses are negative log-likelihoods per step; a perplexity on dev is shown as its logarithm.
    """
    from matplotlib.figure import Figure

    rows = progress.rows
    if not rows:
        return
    epochs = [int(row["epoch"]) for row in rows]
    figure = Figure(figsize=(7, 4), layout="constrained")
    loss_axis = figure.add_subplot()
    loss_axis.set_title(title, wrap=True)
    loss_axis.plot(epochs, [row["train_loss"] for row in rows], "k--", label="train loss (left)")
    loss_axis.set(xlabel="epoch", ylabel="negative log-likelihood per step")
    score_axis = loss_axis.twinx()
    score_axis.set_ylabel("score, %")
    score_axis.plot(epochs, [100 * row["train_accuracy"] for row in rows], label="train accuracy")
    by_epoch = [{metric.name: metric for metric in progress.metrics(epoch)} for epoch in epochs]
    for name, metric in {name: metric for metrics in by_epoch for name, metric in metrics.items()}.items():
        values = [metrics[name].value if name in metrics else math.nan for metrics in by_epoch]
        if metric.likelihood and not metric.higher_is_better and not any(value <= 0 for value in values):
            loss_axis.plot(epochs, [math.log(value) for value in values], "k:", label="dev loss (left)")
        elif metric.unit == NATS:
            loss_axis.plot(epochs, values, "k:", label=f"dev {metric.title} (left)")
        elif metric.unit in (PERCENT, POINTS):
            score_axis.plot(epochs, [100 * value for value in values], label=f"dev {metric.title}")
    if progress.best_epoch:
        loss_axis.axvline(
            progress.best_epoch, color="0.7", linewidth=1, label=f"kept: epoch {progress.best_epoch}"
        )
    figure.legend(loc="outside lower center", ncols=3)
    save_figure(figure, picture)


def confusion_matrix(score: KindScores, title: str, picture: Path) -> None:
    """Plot confusions of the most frequent labels: gold in rows, predicted in columns, colour the share of the row."""
    from matplotlib.figure import Figure

    support = {label: of_label.support for label, of_label in list(score.labels().items())[:PLOTTED]}
    counts = [[score.confusion[gold, guess] for guess in support] for gold in support]
    shares = [
        [count / max(support[gold], 1) for count in row] for gold, row in zip(support, counts, strict=True)
    ]
    names = [plain(label) for label in support]
    size = 2 + 0.4 * len(names) + 0.09 * max(map(len, names), default=0)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="predicted", ylabel="gold")
    axes.set_title(title, wrap=True)
    for row, values in enumerate(counts):
        for column, count in enumerate(values):
            if count:
                colour = "white" if shares[row][column] > 0.5 else "black"
                axes.text(column, row, str(count), ha="center", va="center", fontsize=7, color=colour)
    save_figure(figure, picture)
