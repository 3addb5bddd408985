"""Pictures of a run: PNG files, drawn without a display, written whole or not at all."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from seqkit.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def learning_curve(metrics: Path, picture: Path) -> None:
    """Loss and accuracies by epoch, from a run's `metrics.csv`. An empty file gives no picture."""
    from matplotlib.figure import Figure

    with open(metrics, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        return
    epochs = [int(row["epoch"]) for row in rows]
    figure = Figure(figsize=(7, 4), layout="constrained")
    loss_axis = figure.add_subplot()
    loss_axis.plot(epochs, [float(row["train_loss"]) for row in rows], "k--", label="train loss (left)")
    loss_axis.set(xlabel="epoch", ylabel="negative log-likelihood a word")
    accuracy_axis = loss_axis.twinx()
    accuracy_axis.set_ylabel("accuracy, %")
    for name in [name for name in rows[0] if name == "train_accuracy" or name.startswith("dev_")]:
        accuracy_axis.plot(epochs, [100 * float(row[name]) for row in rows], label=name.replace("_", " "))
    figure.legend(loc="outside lower center", ncols=3)
    save_figure(figure, picture)


def save_figure(figure: Figure, picture: Path) -> None:
    """The figure as a PNG, atomically."""
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=120)
    with atomic_write(picture) as file:
        file.write(data.getvalue())
