"""Batches of recurrent layers with different random weights, for `time_parallel.py`.

Shapes: B cells, T steps, D features of x_t, N numbers of the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import KernelRecurrence, Recurrence
from seqkit.nn.time_parallel.steps import Form, LayerSteps


@dataclass(frozen=True)
class Draw:
    """The distribution of a cell's weights."""

    recurrence: str
    hidden: int
    radius: float
    """Spectral radius of U for each gate."""
    gain: float
    """Standard deviation of W x_t."""
    seed: int


def draws(count: int, recurrences: Sequence[str], sizes: Sequence[int], seed: int) -> list[Draw]:
    """Draw a spectral radius from 0.3 to 3 and a standard deviation of inputs from 0.1 to 1, log-uniformly."""
    generator = torch.Generator().manual_seed(seed)
    u = torch.rand(count, 2, generator=generator, dtype=torch.float64)
    kinds = [(name, size) for name in recurrences for size in sizes]
    return [
        Draw(*kinds[n % len(kinds)], 0.3 * 10 ** float(u[n, 0]), 0.1 * 10 ** float(u[n, 1]), seed + n)
        for n in range(count)
    ]


def cell(draw: Draw, features: int) -> KernelRecurrence:
    """A layer in float64."""
    torch.manual_seed(draw.seed)
    layer = recurrence_class(draw.recurrence)(features, draw.hidden)
    assert isinstance(layer, KernelRecurrence)
    layer = layer.double()
    with torch.no_grad():
        for U_HH in layer.U.chunk(layer.gates):
            nn.init.normal_(U_HH)
            U_HH.mul_(draw.radius / torch.linalg.eigvals(U_HH).abs().max())
        nn.init.normal_(layer.W, std=draw.gain / features**0.5)
    return layer


@dataclass(frozen=True)
class CellSteps:
    """`Steps` of B cells with one sequence each."""

    layer: Recurrence
    """One of the cells; its `step` is the equation of all."""
    weights: dict[str, Tensor]
    """Parameters of all cells, stacked."""
    x_BTD: Tensor
    mask_BT: None = None

    @classmethod
    def of(cls, layers: Sequence[Recurrence], x_BTD: Tensor) -> CellSteps:
        weights, _ = torch.func.stack_module_state(list(layers))
        return cls(layers[0], {name: one.detach() for name, one in weights.items()}, x_BTD)

    @property
    def shape(self) -> tuple[int, int]:
        return self.x_BTD.shape[0], self.x_BTD.shape[1]

    @property
    def sizes(self) -> tuple[int, ...]:
        return (self.layer.hidden_size,) * self.layer.state_parts

    def part(self, rows: Tensor | slice, steps: slice) -> CellSteps:
        weights = {name: one[rows] for name, one in self.weights.items()}
        return replace(self, weights=weights, x_BTD=self.x_BTD[rows][:, steps])

    def _one(self, weights: dict[str, Tensor], x_TD: Tensor) -> LayerSteps:
        return LayerSteps(self.layer, x_TD[None], None, self.sizes, weights)

    def values(self, before_BTN: Tensor) -> Tensor:
        with torch.enable_grad():
            return torch.func.vmap(lambda w, x, s: self._one(w, x).values(s[None])[0])(
                self.weights, self.x_BTD, before_BTN
            ).detach()

    def jacobians(self, before_BTN: Tensor, form: Form) -> tuple[Tensor, Tensor]:
        def one(weights: dict[str, Tensor], x_TD: Tensor, s_TN: Tensor) -> tuple[Tensor, Tensor]:
            f_BTN, J_BTGPP = self._one(weights, x_TD).jacobians(s_TN[None], form)
            return f_BTN[0], J_BTGPP[0]

        return torch.func.vmap(one)(self.weights, self.x_BTD, before_BTN)

    def grouped(self, s_BTN: Tensor, form: Form) -> Tensor:
        return LayerSteps(self.layer, self.x_BTD, None, self.sizes).grouped(s_BTN, form)

    def flat(self, s_BTGP: Tensor, form: Form) -> Tensor:
        return LayerSteps(self.layer, self.x_BTD, None, self.sizes).flat(s_BTGP, form)
