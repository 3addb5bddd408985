"""Where a decoder looked while it wrote: as numbers, as a picture, and in characters for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from seqkit.errors import SeqkitError
from seqkit.files import atomic_write

PICTURES = ("png", "pdf", "svg")
"""What a picture can be, by its suffix; without one it is the first."""
SHADES = " ░▒▓█"
LONGEST_LABEL = 12


class Alignment(NamedTuple):
    """Attention a_TS of one output (T steps) over its source (S steps), and what stands at each step."""

    target: list[str]
    source: list[str]
    weights_TS: NDArray[np.float32]


@torch.inference_mode()
def alignment(model: Any, source: Mapping[str, Any], output: Any) -> Alignment:
    """Where the model looks when it writes `output`. Raises SeqkitError for a model without attention."""
    model.eval()
    decoder = model.decoder
    weights_BTS = decoder.attention(model.read([source]), decoder.collate([output]))
    if weights_BTS is None:
        raise SeqkitError(
            "the model has no attention to show", "Train one with it: --set attention=general.", exit_code=2
        )
    labels = [label for name, encoder in model.encoders.items() for label in encoder.labels(source[name])]
    return Alignment(decoder.labels(output), labels, weights_BTS[0].numpy())


def picture_format(path: Path) -> str:
    """The format that a suffix names. Raises SeqkitError for one that is no picture's."""
    suffix = path.suffix.lower().removeprefix(".") or PICTURES[0]
    if suffix not in PICTURES:
        known = ", ".join(f".{name}" for name in PICTURES)
        raise SeqkitError(f"{path}: .{suffix} is no picture of this kind", f"Choose {known}.", exit_code=2)
    return suffix


def heat_map(path: Path, found: Alignment) -> None:
    """A picture: a row for each target step, a column for each source step, dark where the decoder looks.

    Raises SeqkitError for a suffix that is not one of `PICTURES`.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    steps, columns = found.weights_TS.shape
    figure = Figure(figsize=(2 + 0.35 * columns, 1.5 + 0.28 * steps), layout="constrained")
    axes = figure.add_subplot()
    picture = axes.imshow(found.weights_TS, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(columns), [_plain(label) for label in found.source], rotation=90)
    axes.set_yticks(range(steps), [_plain(label) for label in found.target])
    axes.set_xlabel("source")
    axes.set_ylabel("target")
    figure.colorbar(picture, label="attention")
    format = picture_format(path)
    with atomic_write(path) as file:
        figure.savefig(file, format=format, dpi=120)


def _plain(label: str) -> str:
    """matplotlib reads $…$ as mathematics."""
    return label.replace("$", r"\$")


def in_characters(found: Alignment) -> str:
    """The same with shades of grey, one character a source step, whose names stand below."""
    width = min(max(map(len, found.target)), LONGEST_LABEL)
    rows = [
        f"{label[:width]:>{width}} {''.join(_shade(weight) for weight in weights)}"
        for label, weights in zip(found.target, found.weights_TS.tolist(), strict=True)
    ]
    return "\n".join([*rows, *_upright(found.source, width + 1)])


def _shade(weight: float) -> str:
    return SHADES[min(int(weight * len(SHADES)), len(SHADES) - 1)]


def _upright(labels: Sequence[str], indent: int) -> list[str]:
    """Labels written downwards, one a column."""
    height = min(max(map(len, labels)), LONGEST_LABEL)
    return [
        (" " * indent + "".join(label[line] if line < len(label) else " " for label in labels)).rstrip()
        for line in range(height)
    ]
