"""All steps of a recurrent layer at once: f(s_{t-1}, x_t) and its Jacobians at given states.

The state s_t is what a step takes over: z_t, and the memory cell where there is one, side by side.

Shapes: B sequences, T steps, D features of x_t, H of z_t, N numbers of the state, M = B T rows of a call of `step`, G
groups of the state and P numbers of a group (`seqkit.nn.time_parallel.products`), K directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, cast

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import Recurrence, State, one_step

Form = Literal["dense", "diagonal", "separable"]
"""Of Jacobians: the whole matrix; of each feature the block of its own parts (z and c), the rest left out; or these
blocks where the rest is zero, because the layer has no product across features."""
DIRECTIONS = 32
"""Directions that are pushed through a step at once."""


class Steps(Protocol):
    """The recurrence s_t = f(s_{t-1}, x_t) of B sequences, with the x_t inside."""

    @property
    def shape(self) -> tuple[int, int]:
        """(B, T)."""
        ...

    @property
    def mask_BT(self) -> Tensor | None:
        """False at padded steps, which keep the state; None: there are none."""
        ...

    def values(self, before_BTN: Tensor) -> Tensor:
        """f(s_{t-1}, x_t) at every step, (B, T, N)."""
        ...

    def jacobians(self, before_BTN: Tensor, form: Form) -> tuple[Tensor, Tensor]:
        """f(s_{t-1}, x_t), and its Jacobians (B, T, G, P, P), without history."""
        ...

    def grouped(self, s_BTN: Tensor, form: Form) -> Tensor:
        """States as the groups that Jacobians of this form have, (B, T, G, P)."""
        ...

    def flat(self, s_BTGP: Tensor, form: Form) -> Tensor:
        """The inverse of `grouped`."""
        ...

    def part(self, rows: Tensor | slice, steps: slice) -> Steps:
        """Some of the sequences, and a segment of their steps."""
        ...


class _Step(nn.Module):
    """One step as a function of the state alone, for `torch.func.functional_call`."""

    def __init__(self, layer: Recurrence, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.layer, self.sizes = layer, list(sizes)

    def forward(self, x_MD: Tensor, before_MN: Tensor) -> Tensor:
        state: State = tuple(before_MN.split(self.sizes, dim=-1))
        return torch.cat(one_step(self.layer, x_MD, state)[1], dim=-1)


@dataclass(frozen=True)
class LayerSteps:
    """The steps of a recurrent layer on a batch. At padded steps the state stays as it is."""

    layer: Recurrence
    x_BTD: Tensor
    mask_BT: Tensor | None
    sizes: tuple[int, ...]
    """Numbers of each part of the state."""
    weights: Mapping[str, Tensor] | None = None
    """In place of the layer's own, as constants."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.x_BTD.shape[0], self.x_BTD.shape[1]

    def part(self, rows: Tensor | slice, steps: slice) -> LayerSteps:
        mask_BT = None if self.mask_BT is None else self.mask_BT[rows][:, steps]
        return replace(self, x_BTD=self.x_BTD[rows][:, steps], mask_BT=mask_BT)

    def values(self, before_BTN: Tensor) -> Tensor:
        step, inputs = _Step(self.layer, self.sizes), (self.x_BTD.flatten(0, 1), before_BTN.flatten(0, 1))
        after_MN: Tensor = step(*inputs) if self.weights is None else self._constant(inputs[1])
        return self._kept(after_MN.view_as(before_BTN), before_BTN)

    def jacobians(self, before_BTN: Tensor, form: Form) -> tuple[Tensor, Tensor]:
        before_BTN, shape = before_BTN.detach(), before_BTN.shape
        found = {"dense": self._dense, "diagonal": self._diagonal, "separable": self._separable}[form]
        # Without gradients `affine` takes a product that has no derivatives.
        with torch.enable_grad():
            after_MN, J_MGPP = found(before_BTN.flatten(0, 1))
        J_BTGPP = J_MGPP.unflatten(0, shape[:2])
        if self.mask_BT is not None:
            unit_PP = torch.eye(J_BTGPP.shape[-1], dtype=J_BTGPP.dtype, device=J_BTGPP.device)
            J_BTGPP = torch.where(self.mask_BT[:, :, None, None, None], J_BTGPP, unit_PP)
        return self._kept(after_MN.view(shape), before_BTN), J_BTGPP

    def grouped(self, s_BTN: Tensor, form: Form) -> Tensor:
        return s_BTN[:, :, None] if form == "dense" else s_BTN.unflatten(-1, (len(self.sizes), -1)).mT

    def flat(self, s_BTGP: Tensor, form: Form) -> Tensor:
        return s_BTGP[:, :, 0] if form == "dense" else s_BTGP.mT.flatten(2)

    def _kept(self, after_BTN: Tensor, before_BTN: Tensor) -> Tensor:
        return (
            after_BTN if self.mask_BT is None else torch.where(self.mask_BT[..., None], after_BTN, before_BTN)
        )

    def _constant(self, s_MN: Tensor) -> Tensor:
        """f(s, x_t) with constant weights and inputs, so that derivatives keep no history."""
        given = dict(self.layer.named_parameters()) if self.weights is None else self.weights
        weights = {f"layer.{name}": one.detach() for name, one in given.items()}
        inputs = (self.x_BTD.detach().flatten(0, 1), s_MN)
        return cast(Tensor, torch.func.functional_call(_Step(self.layer, self.sizes), weights, inputs))

    def _pushed(self, before_MN: Tensor, q_KN: Tensor) -> tuple[Tensor, Tensor]:
        """f and J q for K directions, the same at each row: (M, N), (K, M, N)."""

        def along(q_N: Tensor) -> tuple[Tensor, Tensor]:
            after_MN, moved_MN = torch.func.jvp(self._constant, (before_MN,), (q_N.expand_as(before_MN),))[:2]
            return after_MN, moved_MN

        after_KMN, moved_KMN = torch.func.vmap(along)(q_KN)
        return after_KMN[0].detach(), moved_KMN.detach()

    def _dense(self, before_MN: Tensor) -> tuple[Tensor, Tensor]:
        try:
            parts = [self._pushed(before_MN, q_KN) for q_KN in _unit(before_MN).split(DIRECTIONS)]
        except (RuntimeError, NotImplementedError):
            return self._by_rows(before_MN)
        J_MNN = torch.cat([moved_KMN for _, moved_KMN in parts]).permute(1, 2, 0)
        return parts[0][0], J_MNN[:, None].contiguous()

    def _by_rows(self, before_MN: Tensor) -> tuple[Tensor, Tensor]:
        """As `_dense`, by N backward passes: for steps that forward-mode derivatives do not support."""
        before_MN = before_MN.detach().requires_grad_()
        after_MN = self._constant(before_MN)
        columns = [column_M.sum() for column_M in after_MN.unbind(-1)]
        rows = [torch.autograd.grad(one, before_MN, retain_graph=True)[0] for one in columns]
        return after_MN.detach(), torch.stack(rows, dim=1)[:, None]

    def _diagonal(self, before_MN: Tensor) -> tuple[Tensor, Tensor]:
        P, H = len(self.sizes), self.sizes[0]
        J_MHPP = before_MN.new_empty(len(before_MN), H, P, P)
        own_P = torch.arange(P, device=before_MN.device) * H
        after_MN = before_MN
        for first, q_KN in enumerate(_unit(before_MN).split(DIRECTIONS)):
            after_MN, moved_KMN = self._pushed(before_MN, q_KN)
            for number, moved_MN in enumerate(moved_KMN, start=first * DIRECTIONS):
                part, h = divmod(number, H)
                J_MHPP[:, h, :, part] = moved_MN[:, own_P + h]
        return after_MN, J_MHPP

    def _separable(self, before_MN: Tensor) -> tuple[Tensor, Tensor]:
        """One direction for each part of the state is enough."""
        P, H = len(self.sizes), self.sizes[0]
        q_PN = torch.eye(P, dtype=before_MN.dtype, device=before_MN.device).repeat_interleave(H, dim=1)
        after_MN, moved_PMN = self._pushed(before_MN, q_PN)
        return after_MN, moved_PMN.unflatten(-1, (P, H)).permute(1, 3, 2, 0).contiguous()


def _unit(before_MN: Tensor) -> Tensor:
    """Unit vectors of the state."""
    return torch.eye(before_MN.shape[-1], dtype=before_MN.dtype, device=before_MN.device)
