"""The plots of the book: `python docs/plots/make.py rnn` writes docs/images/rnn.png; without a name, all of them."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import torch
from carrying import LETTERS as ALPHABET
from carrying import PERIOD, REPEATS, WINDOW, losses_by_letter, trained
from copying import LONGEST, copied, losses, model_with
from jacobians import dependence, norms_over_distance, step_jacobians
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from segmenting import TYPED, probabilities
from torch import Tensor

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.stack import Layer, Stack

IMAGES = Path(__file__).parents[1] / "images"
SIZE, STEPS, RADIUS = 64, 60, 0.8


def inputs(steps: int = STEPS, size: int = SIZE) -> Tensor:
    """A sequence x_TD of seeded Gaussian noise."""
    return torch.randn(steps, size, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def layer(name: str) -> Recurrence:
    """Create a layer with its initial weights."""
    torch.manual_seed(0)
    return recurrence_class(name)(SIZE, SIZE).double()


def scaled_rnn(radius: float) -> Recurrence:
    """A plain recurrent layer with small W and U = `radius` times an orthogonal matrix."""
    rnn = layer("rnn")
    with torch.no_grad():
        rnn.U.mul_(radius)
        rnn.W.mul_(0.1)
    return rnn


def with_open_gate(name: str, bias: float) -> Recurrence:
    """A layer with this bias in the gate that keeps the state: f of an LSTM, u of a GRU, the second gate of each."""
    gated = layer(name)
    with torch.no_grad():
        gated.kernel.bias_ih_l0[SIZE : 2 * SIZE] = bias
    return gated


def rnn() -> Figure:
    """The gradient over distance, for three sizes of U."""
    figure, axes = _axes("distance T - t", "‖∂z_T / ∂z_t‖")
    for radius, colour in ((0.8, "tab:blue"), (1.0, "tab:green"), (1.25, "tab:red")):
        measured = norms_over_distance(step_jacobians(scaled_rnn(radius), inputs()))
        axes.plot(measured, color=colour, label=f"spectral radius of U = {radius}")
        axes.plot([radius**k for k in range(STEPS + 1)], color=colour, linestyle=":", linewidth=1)
    axes.plot([], [], color="grey", linestyle=":", linewidth=1, label="the same without tanh")
    axes.legend(frameon=False, loc="lower left")
    return figure


def lstm() -> Figure:
    """The gradient over distance, for three layers with initial weights and for an LSTM with an open forget gate."""
    curves = {
        "rnn": layer("rnn"),
        "gru": layer("gru"),
        "lstm (forget gate's bias 1)": layer("lstm"),
        "lstm, gate open (bias 3)": with_open_gate("lstm", 3.0),
    }
    return _gradients(curves)


def gru() -> Figure:
    """The gradient over distance, for increasing biases of the update gate."""
    biases = (0.0, 1.0, 2.0, 4.0)
    return _gradients({f"u's bias {b:g}": with_open_gate("gru", b) for b in biases})


def sru() -> Figure:
    """The gradient over distance, compared with other layers, all with initial weights."""
    return _gradients({name: layer(name) for name in ("rnn", "gru", "sru")})


def _gradients(curves: dict[str, Recurrence]) -> Figure:
    figure, axes = _axes("distance T - t", "‖∂state_T / ∂state_t‖")
    for label, recurrence in curves.items():
        axes.plot(norms_over_distance(step_jacobians(recurrence, inputs())), label=label)
    axes.legend(frameon=False, loc="lower left")
    return figure


def birnn() -> Figure:
    """The inputs that each half of z_t depends on."""
    torch.manual_seed(0)
    network = Layer(recurrence_class("rnn"), 16, 16, bidirectional=True).double()
    halves = dependence(network, inputs(14, 16)).split(16, dim=-1)
    figure, both = plt.subplots(1, 2, figsize=(7, 3.6), sharey=True, layout="constrained")
    for axes, half_TSH, title in zip(
        both, halves, ("forward half of z_t", "backward half of z_t"), strict=True
    ):
        shown = _heat(axes, half_TSH.norm(dim=-1), title)
    both[0].set_ylabel("t (state)")
    figure.colorbar(shown, ax=both, label="‖∂z_t / ∂x_s‖   (white: exactly 0)")
    return figure


def deeprnn() -> Figure:
    """The derivative of the top state with respect to earlier inputs, for one to four layers."""
    figure, axes = _axes("distance k = T - s", "‖∂z_T / ∂x_s‖, relative to distance 0")
    distances = range(41)
    for layers in (1, 2, 3, 4):
        last_S = dependence(scaled_stack(layers, RADIUS), 0.02 * inputs(41))[-1].norm(dim=-1).flip(0)
        label = f"{layers} layer{'s' if layers > 1 else ''}"
        (line,) = axes.plot(distances, last_S / last_S[0], label=label)
        paths = [RADIUS**k * math.comb(k + layers - 1, layers - 1) ** 0.5 for k in distances]
        axes.plot(distances, paths, color=line.get_color(), linestyle=":", linewidth=1)
    axes.plot([], [], color="grey", linestyle=":", linewidth=1, label="√(number of paths) · 0.8ᵏ")
    axes.legend(frameon=False, loc="lower left")
    return figure


def seq2seq() -> Figure:
    """The share of correctly copied letters over the length of the source, with and without attention."""
    figure, axes = _axes("letters of the source", "share of letters in their place", scale="linear")
    lengths = range(1, 2 * LONGEST + 1)
    for attention, hidden, colour in (
        ("none", 64, "tab:red"),
        ("none", 128, "tab:orange"),
        ("general", 64, "tab:blue"),
    ):
        model = model_with(attention, hidden)
        losses(model)
        label = f"attention={attention}, hidden={hidden}"
        axes.plot(lengths, [copied(model, length) for length in lengths], color=colour, label=label)
    axes.axvline(LONGEST + 0.5, color="grey", linestyle=":", linewidth=1, label="longest in training")
    axes.set_ylim(0, 1.03)
    axes.legend(frameon=False, loc="lower left")
    return figure


def lm() -> Figure:
    """The loss of each letter of a repeating text, with and without the state of the previous window."""
    model = trained()
    figure, axes = _axes("letter of the text", "-log P, nats", scale="linear")
    steps = range(1, PERIOD * REPEATS + 1)
    for carried, label in ((False, "state zero at each window"), (True, "state carried")):
        axes.plot(steps, losses_by_letter(model, carried), marker=".", label=label)
    for start in range(WINDOW, PERIOD * REPEATS, WINDOW):
        axes.axvline(start + 0.5, color="grey", alpha=0.3)
    axes.axhline(math.log(len(ALPHABET)), color="grey", linestyle=":", label="a guess among 8 letters")
    axes.legend()
    return figure


def segmenter() -> Figure:
    """The predictions of en-tagger's segmenter for each character of a text without full stops."""
    figure, axes = _axes("", "probability", scale="linear")
    token_T, sentence_T = probabilities(TYPED)
    steps = range(len(TYPED))
    axes.bar(steps, token_T, color="tab:blue", alpha=0.35, width=0.9, label="a token ends")
    axes.bar(steps, sentence_T, color="tab:red", width=0.4, label="a sentence ends")
    axes.set_xticks(list(steps), list(TYPED.replace(" ", "\u2423")), fontsize=7)
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def scaled_stack(layers: int, radius: float) -> Stack:
    """A stack of plain recurrent layers, each with U = `radius` times an orthogonal matrix."""
    torch.manual_seed(0)
    stack = Stack(recurrence_class("rnn"), SIZE, SIZE, layers, bidirectional=False).double()
    with torch.no_grad():
        for layer in stack.layers:
            layer.forward_chain.U.mul_(radius)
    return stack


def _heat(axes: Axes, norm_TS: Tensor, title: str) -> matplotlib.image.AxesImage:
    shown = norm_TS.masked_fill(norm_TS == 0, torch.nan)
    axes.set(
        title=title, xlabel="s (input)", xticks=range(0, len(norm_TS), 2), yticks=range(0, len(norm_TS), 2)
    )
    return axes.imshow(shown, norm=LogNorm(1e-3, 3), cmap="viridis")


def _axes(across: str, up: str, scale: str = "log") -> tuple[Figure, Axes]:
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    axes.set(xlabel=across, ylabel=up, yscale=scale)
    axes.grid(alpha=0.3)
    return figure, axes


PLOTS: dict[str, Callable[[], Figure]] = {
    "rnn": rnn,
    "birnn": birnn,
    "deeprnn": deeprnn,
    "lstm": lstm,
    "gru": gru,
    "sru": sru,
    "seq2seq": seq2seq,
    "lm": lm,
    "segmenter": segmenter,
}


def make(name: str, folder: Path) -> Path:
    """Draw one plot as a PNG in `folder`."""
    figure, path = PLOTS[name](), folder / f"{name}.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


def main() -> None:
    """Draw the plots that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(PLOTS)}; default: all")
    parser.add_argument("--out", type=Path, default=IMAGES, help="folder to write to")
    chosen = parser.parse_args()
    # The last bits of a random orthogonal matrix depend on the number of threads.
    torch.set_num_threads(1)
    for name in chosen.names or PLOTS:
        print(make(name, chosen.out))


if __name__ == "__main__":
    main()
