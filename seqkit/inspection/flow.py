"""Measure and predict the share of a gradient that reaches a state k steps back.

Measured: ‖∂L_t/∂z_s‖ over k = t - s, relative to k = 0. Predicted: σ_max(U)^k, ρ(U)^k (the spectral radius),
(mean |h'| σ_max(U))^k, exp(λ k) with the largest Lyapunov exponent λ, and, in a gated layer, the product of the gates
that keep the state.

Shapes: B sequences, T steps of the loss, S steps of the chain, H features of z_t.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import torch
from torch import Tensor

from seqkit.inspection.gates import KeepGate, derivative_of_h, keep_gate
from seqkit.inspection.matrices import recurrent_matrix
from seqkit.inspection.tracing import Trace, every_step
from seqkit.nn.jacobians import Lyapunov, step_jacobian
from seqkit.nn.recurrent import State

MOST_LOSSES = 24
"""Maximum steps of the loss whose gradients are measured in a batch; evenly spaced in longer batches."""
LEAST = 1e-300
"""Smaller norms count as 0."""


@dataclass
class Curve:
    """Geometric means by distance: sums of logarithms, with counts, and counts of zeros."""

    logs: dict[int, float] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    zeros: dict[int, int] = field(default_factory=dict)

    def add(self, distance: int, value: float) -> None:
        """Count a value at a distance."""
        if value > LEAST:
            self.logs[distance] = self.logs.get(distance, 0.0) + math.log(value)
            self.counts[distance] = self.counts.get(distance, 0) + 1
        else:
            self.zeros[distance] = self.zeros.get(distance, 0) + 1

    @property
    def points(self) -> list[tuple[int, float]]:
        """(distance, geometric mean) by distance, without distances at which all values were 0."""
        return [(k, math.exp(self.logs[k] / self.counts[k])) for k in sorted(self.logs)]


Distance = Callable[[int, int, int], int | None]
"""(step t of the loss, step s of the chain in reading order, steps of the chain) -> steps between them; None if the
loss does not depend on the state."""


@dataclass(frozen=True)
class Followed:
    """A part of the state of a chain whose gradients are measured."""

    trace: Trace
    part: int
    """0 for z; the last part is the memory cell."""
    distance: Distance
    lengths: Sequence[int]
    """Number of steps of each sequence."""
    curve: Curve
    """Receives the norms."""


def ahead(t: int, s: int, length: int) -> int | None:
    """Return the distance in a chain that reads from left to right, with a loss at each step."""
    return t - s if s <= t < length else None


def behind(t: int, s: int, length: int) -> int | None:
    """Return the distance in a chain that reads from right to left: its step s is the word length - 1 - s."""
    word = length - 1 - s
    return word - t if 0 <= t <= word else None


def of_source(t: int, s: int, length: int) -> int | None:
    """Return the distance in an encoder's chain: from its step s to its end, then in the decoder to step t."""
    return length - s + t if s < length else None


def measure(losses_BT: Tensor, lengths: Sequence[int], followed: Sequence[Followed]) -> None:
    """Add ‖∂L_t/∂z_s‖ of all sequences to the curves, with one backward pass for each t.

    Args: losses_BT, with history; lengths, number of steps of each sequence, without padding.
    """
    if not losses_BT.requires_grad:
        return
    states = [state[one.part] for one in followed for state in one.trace.states[1:]]
    for t in _spread(losses_BT.shape[1]):
        real = [b for b, length in enumerate(lengths) if t < length]
        if not real:
            continue
        gradients = torch.autograd.grad(losses_BT[:, t].sum(), states, retain_graph=True, allow_unused=True)
        rest = iter(gradients)
        for one in followed:
            norms = [None if g is None else g.norm(dim=-1).tolist() for g in islice(rest, one.trace.steps)]
            _add(one, norms, t, real)


def _spread(T: int) -> list[int]:
    """All steps, or MOST_LOSSES of them, evenly spaced."""
    if T <= MOST_LOSSES:
        return list(range(T))
    return sorted({round(number * (T - 1) / (MOST_LOSSES - 1)) for number in range(MOST_LOSSES)})


def _add(one: Followed, norms: Sequence[list[float] | None], t: int, real: Sequence[int]) -> None:
    for s, norms_B in enumerate(norms):
        for b in real:
            k = one.distance(t, s, one.lengths[b]) if s < one.lengths[b] else None
            if k is not None:
                one.curve.add(k, 0.0 if norms_B is None else norms_B[b])


@dataclass(frozen=True)
class Prediction:
    """Theoretical predictions about the gradients of one chain."""

    sigma_max: float | None
    """Largest singular value of U; None if U is not square."""
    radius: float | None
    """Spectral radius of U; None if U is not square."""
    mean_h: float | None
    """Mean |h'| in a layer z_t = h(W x_t + U z_{t-1}); None for other layers."""
    exponent: float | None
    """Largest Lyapunov exponent; None for too few steps."""
    gates: tuple[tuple[int, float], ...]
    """Distance, and geometric mean of the product of the gates that keep the state."""
    gate: str
    """Name of that gate; "" for a layer without one."""

    def curves(self, longest: int, nearest: int = 0) -> dict[str, list[tuple[int, float]]]:
        """Return each prediction at distances from `nearest`, where it is 1, to `longest`, by name."""
        rates = {} if self.exponent is None else {"exp(λ k)": math.exp(self.exponent)}
        if self.sigma_max is not None and self.radius is not None:
            rates["σ_max(U)^k"], rates["ρ(U)^k"] = self.sigma_max, self.radius
        if self.sigma_max is not None and self.mean_h is not None:
            rates["(mean h' · σ_max(U))^k"] = self.mean_h * self.sigma_max
        steps = range(longest - nearest + 1)
        curves = {name: [(nearest + k, _power(rate, k)) for k in steps] for name, rate in rates.items()}
        if self.gates:
            curves["product of gates"] = [(nearest + k, value) for k, value in self.gates if k in steps]
        return curves


def _power(rate: float, k: int) -> float:
    return math.exp(max(min(k * math.log(max(rate, LEAST)), 700.0), -700.0))


def predict(trace: Trace, lengths: Sequence[int], lyapunov: Lyapunov | None) -> Prediction:
    """Compute the predictions for one chain from its trace. Args: lengths, of its sequences."""
    U, layer = recurrent_matrix(trace.layer), trace.layer
    square = U is not None and U.shape[0] == U.shape[1]
    sigma = float(torch.linalg.matrix_norm(U.double(), 2)) if U is not None and square else None
    radius = float(torch.linalg.eigvals(U.double()).abs().max()) if U is not None and square else None
    middle = trace.steps // 2
    gate = keep_gate(layer, trace.inputs[middle].detach(), _past(trace.states[middle]))
    return Prediction(
        sigma,
        radius,
        _mean_h(trace, lengths, U) if U is not None and square else None,
        None if lyapunov is None else lyapunov.largest,
        tuple(_products(trace, lengths, gate)) if gate else (),
        f"{gate.name} ({gate.path} path)" if gate else "",
    )


def _past(state: State) -> State:
    return tuple(part.detach() for part in state)


def _mean_h(trace: Trace, lengths: Sequence[int], U_HH: Tensor) -> float | None:
    """Mean |h'| over a few steps; None if the Jacobian is not diag(h') U."""
    means = []
    steps = [s for s in range(trace.steps) if any(s < length for length in lengths)]
    for s in steps[:: max(1, len(steps) // 4)]:
        rows = [b for b, length in enumerate(lengths) if s < length][:16]
        x_BD = trace.inputs[s].detach()[rows]
        J_BNN, _ = step_jacobian(trace.layer, x_BD, tuple(part[rows] for part in _past(trace.states[s])))
        h_BH = derivative_of_h(trace.layer, J_BNN, U_HH)
        if h_BH is None:
            return None
        means.append(float(h_BH.abs().mean()))
    return sum(means) / len(means) if means else None


def _products(trace: Trace, lengths: Sequence[int], gate: KeepGate) -> list[tuple[int, float]]:
    """(k, geometric mean of the product of k consecutive gates over features, sequences and starts)."""
    x_ND, state = every_step(trace)
    logs_N = gate.of(x_ND, state).abs().clamp(min=LEAST).log().mean(-1)
    logs_BS = logs_N.view(trace.steps, trace.rows).T
    real_BS = torch.arange(trace.steps) < torch.as_tensor(list(lengths))[:, None]
    # Mean over starts of the sum of k logarithms; distance k includes only starts that k steps follow.
    sums_BS = torch.cat([logs_BS.new_zeros(len(logs_BS), 1), logs_BS.cumsum(1)], dim=1)
    points = [(0, 1.0)]
    for k in range(1, trace.steps):
        ends_BS = real_BS[:, k:]
        if not bool(ends_BS.any()):
            break
        differences_BS = (sums_BS[:, k + 1 :] - sums_BS[:, 1:-k])[ends_BS]
        points.append((k, math.exp(float(differences_BS.mean()))))
    return points
