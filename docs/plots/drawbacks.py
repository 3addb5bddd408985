"""The plots of docs/drawbacks: `python docs/plots/drawbacks.py` writes them to docs/images. Seeded; half a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import torch
from torch import nn

from seqkit.inspection.flow import Curve, Followed, ahead, measure, predict
from seqkit.inspection.tracing import tracing
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.jacobians import lyapunov
from seqkit.nn.recompute_schedule import Sizes, least_budget, schedule
from seqkit.nn.recurrent import Recurrence
from seqkit.training.options import TrainingOptions
from seqkit.training.recurrent_weights import initialise

IMAGES = Path(__file__).parents[1] / "images"
FEATURES, STEPS, ROWS = 64, 120, 4
Points = Sequence[tuple[float, float]]


def layer_of(name: str, options: TrainingOptions | None = None, gain: float = 1.0) -> Recurrence:
    """Create a layer with its initial weights and U multiplied by `gain`."""
    torch.manual_seed(0)
    layer = recurrence_class(name)(FEATURES, FEATURES).double()
    initialise(nn.Sequential(layer), options or TrainingOptions())
    with torch.no_grad():
        for U_HH in layer.recurrent_matrices():
            U_HH.mul_(gain)
    return layer


def gradients(layer: Recurrence, scale: float) -> tuple[Points, Mapping[str, Points]]:
    """‖∂(Σ z_T)/∂z_s‖ over distance, relative to the nearest, and predictions, on seeded noise."""
    generator = torch.Generator().manual_seed(1)
    x_BTD = scale * torch.randn(ROWS, STEPS, FEATURES, generator=generator, dtype=torch.float64)
    with tracing() as traces:
        z_BTH, _ = layer(x_BTD)
    trace, curve, lengths = traces.calls[0], Curve(), [STEPS] * ROWS
    measure(z_BTH.sum(-1), lengths, [Followed(trace, 0, ahead, lengths, curve)])
    points = curve.points
    told = predict(trace, lengths, lyapunov(layer, x_BTD)).curves(STEPS - 1)
    return [(k, value / points[0][1]) for k, value in points], told


def over_distance() -> None:
    """Plot gradients of layers with initial weights, and their predictions from the Lyapunov exponent."""
    kinds = {
        "rnn, orthogonal U": layer_of("rnn"),
        "rnn, U = 2 × orthogonal": layer_of("rnn", gain=2.0),
        "gru": layer_of("gru"),
        "lstm": layer_of("lstm"),
        "lstm, chrono = 120": layer_of("lstm", TrainingOptions(chrono=STEPS)),
    }
    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    for number, (name, layer) in enumerate(kinds.items()):
        measured, told = gradients(layer, 0.3)
        axes.plot(*zip(*measured, strict=True), color=f"C{number}", label=name)
        axes.plot(*zip(*told["exp(λ k)"], strict=True), color=f"C{number}", linestyle=":")
    axes.set(xlabel="distance k", ylabel="‖∂L_t/∂z_{t-k}‖, relative", yscale="log")
    axes.legend(title="measured (dotted: exp(λ k))")
    figure.savefig(IMAGES / "gradient-over-distance.png", dpi=120)


def recomputed() -> None:
    """Plot the share of recomputed steps over the share of memory."""
    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    shares = [0.02 * 1.25**number for number in range(18)]
    for steps in (100, 1000, 10_000):
        # As an LSTM of the loop: twelve vectors kept a step, two at a checkpoint.
        sizes = Sizes(steps, 0, 12 * 512, 2 * 512)
        plans = [(share, schedule(sizes, int(share * sizes.whole))) for share in shares if share < 1]
        points = [(100 * share, plan.recomputed) for share, plan in plans if plan is not None]
        axes.plot(*zip(*points, strict=True), marker=".", label=f"T = {steps:,}")
        axes.axvline(100 * least_budget(sizes) / sizes.whole, color="grey", linewidth=0.5)
    axes.set(
        xscale="log", xlabel="memory, % of plain back-propagation", ylabel="steps computed again, share of T"
    )
    axes.legend()
    figure.savefig(IMAGES / "recomputed-steps.png", dpi=120)


if __name__ == "__main__":
    over_distance()
    recomputed()
