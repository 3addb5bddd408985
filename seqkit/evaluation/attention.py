"""Attention of an output over its source: as numbers, as a plot, and in characters for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from seqkit.errors import SeqkitError
from seqkit.evaluation.pictures import plain, save_figure
from seqkit.nn.placement import placed_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHADES = " ░▒▓█"
LONGEST_LABEL = 12
MARKS = 12
"""Maximum number of labels along an axis."""


class Alignment(NamedTuple):
    """Attention a_TS of one output (T steps) over its source (S steps), with labels of the steps."""

    target: list[str]
    source: list[str]
    weights_TS: NDArray[np.float32]


@torch.inference_mode()
def alignment(model: Any, source: Mapping[str, Any], output: Any) -> Alignment:
    """Compute the attention when the model writes `output`. Raises SeqkitError for a model without attention."""
    model.eval()
    decoder = model.decoder
    weights_BTS = decoder.attention(model.read([source]), placed_for(model, decoder.collate([output])))
    if weights_BTS is None:
        raise SeqkitError(
            "the model has no attention to show", "Train one with it: --set attention=dot.", exit_code=2
        )
    labels = {name: encoder.labels(source[name]) for name, encoder in model.encoders.items()}
    # Steps with one label are adjacent.
    together = {name: encoder.states_a_label for name, encoder in model.encoders.items()}
    of_each = weights_BTS[0].split([len(labels[name]) * together[name] for name in labels], dim=1)
    folded = [
        weights_TS.unflatten(1, (-1, together[name])).sum(2)
        for name, weights_TS in zip(labels, of_each, strict=True)
    ]
    source_labels = [label for of_encoder in labels.values() for label in of_encoder]
    return Alignment(decoder.labels(output), source_labels, torch.cat(folded, dim=1).cpu().numpy())


def heat_map(path: Path, found: Alignment) -> None:
    """Plot the attention: a row for each target step, a column for each source step, dark for large weights.

    Raises SeqkitError for an unknown suffix.
    """
    save_figure(heat_map_figure(found), path)


def heat_map_figure(found: Alignment) -> Figure:
    """The plot of `heat_map`."""
    from matplotlib.figure import Figure

    steps, columns = found.weights_TS.shape
    figure = Figure(figsize=(2 + 0.35 * columns, 1.5 + 0.28 * steps), layout="constrained")
    axes = figure.add_subplot()
    picture = axes.imshow(found.weights_TS, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(columns), [plain(label) for label in found.source], rotation=90)
    axes.set_yticks(range(steps), [plain(label) for label in found.target])
    axes.set_xlabel("source")
    axes.set_ylabel("target")
    figure.colorbar(picture, label="attention")
    return figure


def media_heat_map(path: Path, found: Alignment, view: NDArray[Any], unit: str = "source") -> None:
    """Plot the source once for each piece of the output, highlighted by the attention.

    Args: view, the source as the encoder read it, (H, W) or (H, W, 3), with steps of equal width; unit, axis label.
    """
    from matplotlib.figure import Figure

    rows, steps = found.weights_TS.shape
    height = min(max(8 * view.shape[0] / view.shape[1], 0.4), 1.6)
    figure = Figure(figsize=(9.5, 0.8 + (height + 0.08) * rows), layout="constrained")
    for row, axes in enumerate(figure.subplots(rows, 1, squeeze=False, sharex=True)[:, 0]):
        extent = (0.0, float(steps), 0.0, 1.0)
        axes.imshow(view, cmap="gray", extent=extent, aspect="auto", interpolation="nearest")
        shade_1S4 = np.zeros((1, steps, 4))
        shade_1S4[..., 0], shade_1S4[..., 1] = 1.0, 0.45
        weights_S = found.weights_TS[row]
        shade_1S4[..., 3] = 0.75 * weights_S / max(float(weights_S.max()), 1e-9)
        axes.imshow(shade_1S4, extent=extent, aspect="auto", interpolation="nearest")
        axes.set_yticks([0.5], [plain(found.target[row])])
    marked = sorted({round(number) for number in np.linspace(0, steps - 1, min(steps, MARKS))})
    axes.set_xticks(
        [number + 0.5 for number in marked], [plain(found.source[n]) for n in marked], rotation=45
    )
    axes.set_xlabel(unit)
    save_figure(figure, path)


def in_characters(found: Alignment) -> str:
    """The heat map in characters: one for each source step, with labels below."""
    width = min(max(map(len, found.target)), LONGEST_LABEL)
    rows = [
        f"{label[:width]:>{width}} {''.join(_shade(weight) for weight in weights)}"
        for label, weights in zip(found.target, found.weights_TS.tolist(), strict=True)
    ]
    return "\n".join([*rows, *_upright(found.source, width + 1)])


def _shade(weight: float) -> str:
    return SHADES[min(int(weight * len(SHADES)), len(SHADES) - 1)]


def _upright(labels: Sequence[str], indent: int) -> list[str]:
    """Labels written vertically, one for each column."""
    height = min(max(map(len, labels)), LONGEST_LABEL)
    return [
        (" " * indent + "".join(label[line] if line < len(label) else " " for label in labels)).rstrip()
        for line in range(height)
    ]
