"""Jacobians of one time step of any recurrent layer, and the Lyapunov exponents along a sequence.

With s_t the whole state (z_t, and the memory cell where there is one), J_t = ∂s_t / ∂s_{t-1}. The largest Lyapunov
exponent is λ = lim 1/T log ‖J_T … J_1 q‖: the mean rate, in nats a step, at which a small difference of the state
grows (λ > 0: gradients explode, the layer is chaotic) or shrinks (λ < 0: they vanish).

Shapes: B sequences, T steps, D features of x_t, N numbers of the state, K directions that are followed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from seqkit.errors import SeqkitError
from seqkit.nn.recurrent import Recurrence, State, one_step

FEWEST = 8
"""Steps of the shortest sequence that has an exponent."""
TRANSIENT = 20
"""Steps at the beginning that no exponent counts: the directions must turn towards the fastest first."""


def joined(state: State) -> Tensor:
    """The parts of a state side by side, s_BN."""
    return torch.cat(state, dim=-1)


def parted(s_BN: Tensor, like: State) -> State:
    """s_BN as the parts of a state of the same sizes as `like`."""
    return tuple(s_BN.split([part.shape[-1] for part in like], dim=-1))


def step_jacobian(layer: Recurrence, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
    """J_BNN = ∂s_t / ∂s_{t-1} at one step, and the state after it, without history.

    Row n holds the gradient of number n of the new state. Raises SeqkitError for a layer whose step cannot be
    differentiated.
    """
    s_BN = joined(state).detach().requires_grad_()
    with torch.enable_grad():
        after = one_step(layer, x_BD.detach(), parted(s_BN, state))[1]
        s_after_BN = joined(after)
        rows = [_row(layer, s_after_BN[:, n].sum(), s_BN) for n in range(s_after_BN.shape[1])]
    return torch.stack(rows, dim=1), tuple(part.detach() for part in after)


def _row(layer: Recurrence, total: Tensor, s_BN: Tensor) -> Tensor:
    if not total.requires_grad:
        return torch.zeros_like(s_BN)
    (found,) = torch.autograd.grad(total, s_BN, retain_graph=True, allow_unused=True)
    return torch.zeros_like(s_BN) if found is None else found


def pushed(layer: Recurrence, x_BD: Tensor, state: State, q_BNK: Tensor) -> tuple[Tensor, State]:
    """J_t q for K directions without forming J_t, and the state after the step.

    Forward-mode derivatives by `torch.func`; a layer that they do not support takes the whole Jacobian instead.
    """
    s_BN = joined(state).detach()

    def advance(s_BN: Tensor) -> Tensor:
        return joined(one_step(layer, x_BD.detach(), parted(s_BN, state))[1])

    def along(q_BN: Tensor) -> tuple[Tensor, Tensor]:
        after_BN, moved_BN = torch.func.jvp(advance, (s_BN,), (q_BN,))[:2]
        return after_BN, moved_BN

    try:
        after_KBN, q_KBN = torch.func.vmap(along)(q_BNK.permute(2, 0, 1))
        return q_KBN.permute(1, 2, 0), tuple(part.detach() for part in parted(after_KBN[0], state))
    except (RuntimeError, NotImplementedError):
        J_BNN, after = step_jacobian(layer, x_BD, state)
        return J_BNN @ q_BNK, after


@dataclass(frozen=True)
class Lyapunov:
    """Exponents along a sequence, in nats a step, the largest first."""

    exponents: tuple[float, ...]
    error: float
    """Standard error of the largest one, from blocks of the sequence."""
    steps: int
    """Steps that were counted, of all sequences together."""
    amplification: float
    """Largest log ‖J_t … J_1 q‖ that the first direction reached: log of how much an error can grow on the way."""

    @property
    def largest(self) -> float:
        """λ_1."""
        return self.exponents[0]

    @property
    def meaning(self) -> str:
        """In words, at two standard errors."""
        if self.largest + 2 * self.error < 0:
            return "contracts: gradients vanish with distance"
        if self.largest - 2 * self.error > 0:
            return "expands: gradients explode with distance"
        return "neither contracts nor expands within two standard errors"


def lyapunov(
    layer: Recurrence, x_BTD: Tensor, *, directions: int = 4, state: State | None = None, seed: int = 1
) -> Lyapunov:
    """The largest exponents by QR at each step (Benettin et al. 1980), the state carried along x_BTD.

    Args: x_BTD, the layer's own inputs, as long as possible; directions, how many exponents; state, before the first
    step. Raises SeqkitError for fewer than FEWEST steps, and where the states are not finite.
    """
    B, T = x_BTD.shape[:2]
    if T < FEWEST:
        raise SeqkitError(
            f"a Lyapunov exponent of {T} steps means nothing", "Give a longer text.", exit_code=2
        )
    state = layer.initial_state(x_BTD) if state is None else state
    size = joined(state).shape[-1]
    generator = torch.Generator().manual_seed(seed)
    q_BNK = torch.randn(B, size, min(directions, size), generator=generator, dtype=torch.float64)
    q_BNK = torch.linalg.qr(q_BNK).Q.to(x_BTD.dtype)
    logs = []
    for x_BD in x_BTD.unbind(1):
        q_BNK, state = pushed(layer, x_BD, state, q_BNK)
        q_BNK, r_BKK = torch.linalg.qr(q_BNK)
        logs.append(r_BKK.diagonal(dim1=1, dim2=2).abs().log())
    logs_BTK = torch.stack(logs, dim=1).detach().double()
    if torch.isnan(logs_BTK).any():
        raise SeqkitError(
            "the states of the layer are not finite", "Inspect a model whose training did not diverge."
        )
    return _summary(logs_BTK)


def _summary(logs_BTK: Tensor) -> Lyapunov:
    """Means over time and sequences; the error from blocks, since neighbouring steps are alike."""
    path_B = logs_BTK[:, :, 0].cumsum(1)
    start = min(TRANSIENT, logs_BTK.shape[1] // 4)
    counted_BTK = logs_BTK[:, start:]
    means_K = counted_BTK.mean((0, 1)).sort(descending=True).values
    blocks = torch.cat([part.mean(1) for part in counted_BTK[:, :, 0].chunk(8, dim=1)])
    error = float(blocks.std() / math.sqrt(len(blocks))) if len(blocks) > 1 else math.inf
    amplification = float(path_B.clamp(min=0).max())
    steps = counted_BTK.shape[0] * counted_BTK.shape[1]
    return Lyapunov(tuple(means_K.tolist()), error, steps, amplification)
