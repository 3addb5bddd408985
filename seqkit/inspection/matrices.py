"""W, U and V of a model: singular values, the spectral radius of U, and what they predict about gradients.

σ_max(U) < 1 forces every gradient to decay (where |h'| ≤ 1); growth for good needs a spectral radius above 1
(Pascanu, Mikolov & Bengio 2013). In between a gradient may grow for some steps before it decays.

Shapes: H features of z_t, D of x_t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import KernelRecurrence, Recurrence

POWERS = 60
"""Steps for which ‖U^t z_0‖ is computed."""
STARTS = 32
"""Random z_0 of norm 1 that the mean is taken over."""


@dataclass(frozen=True)
class Spectrum:
    """What a matrix does to vectors."""

    name: str
    shape: tuple[int, int]
    singular: tuple[float, ...]
    """The largest first."""
    radius: float | None
    """Largest absolute value of an eigenvalue, of a square matrix."""
    powers: tuple[float, ...] = ()
    """‖U^t z_0‖ for t = 0, 1, … from random z_0 of norm 1, the geometric mean; of a recurrent matrix."""

    @property
    def fate(self) -> str:
        """What follows for ‖U^t z_0‖."""
        if self.radius is None:
            return ""
        if self.singular[0] < 1:
            return "decays at every step (σ_max < 1)"
        if self.radius > 1:
            return "grows (spectral radius > 1)"
        return "decays in the end (spectral radius ≤ 1), after growth at first (σ_max ≥ 1)"


def spectrum_of(name: str, matrix: Tensor, recurrent: bool = False) -> Spectrum:
    """Singular values, and of a square matrix the spectral radius. Args: recurrent, whether powers mean something."""
    values = matrix.detach().double()
    singular = torch.linalg.svdvals(values)
    square = values.shape[0] == values.shape[1]
    radius = float(torch.linalg.eigvals(values).abs().max()) if square else None
    powers = _powers(values) if square and recurrent else ()
    return Spectrum(name, (values.shape[0], values.shape[1]), tuple(singular.tolist()), radius, powers)


def _powers(U_HH: Tensor) -> tuple[float, ...]:
    """Geometric mean of ‖U^t z_0‖, kept in range by rescaling at each step."""
    generator = torch.Generator().manual_seed(1)
    z_HS = torch.randn(U_HH.shape[0], STARTS, generator=generator, dtype=torch.float64)
    z_HS = z_HS / z_HS.norm(dim=0)
    logs_S, means = torch.zeros(STARTS, dtype=torch.float64), [1.0]
    for _ in range(POWERS):
        z_HS = U_HH @ z_HS
        norms_S = z_HS.norm(dim=0).clamp(min=1e-300)
        logs_S, z_HS = logs_S + norms_S.log(), z_HS / norms_S
        means.append(math.exp(min(float(logs_S.mean()), 700.0)))
    return tuple(means)


def recurrent_matrix(layer: Recurrence) -> Tensor | None:
    """U, (gates * H, H), by the name that the equations give it; None for a layer without one, as `sru`."""
    if isinstance(layer, KernelRecurrence):
        return layer.U.detach()
    U = dict(layer.named_parameters()).get("U")
    return None if U is None or U.dim() != 2 or U.shape[1] != layer.hidden_size else U.detach()


def input_matrix(layer: Recurrence) -> Tensor | None:
    """W, (gates * H, D), by its name; None for a layer that calls it otherwise."""
    if isinstance(layer, KernelRecurrence):
        return layer.W.detach()
    W = dict(layer.named_parameters()).get("W")
    return None if W is None or W.dim() != 2 else W.detach()


def blocks_of(U: Tensor, hidden_size: int) -> list[tuple[str, Tensor]]:
    """U cut into the square matrix of each gate, with a name: `U` alone, or `U[1/4]` …"""
    count = U.shape[0] // hidden_size
    if count == 1:
        return [("U", U)]
    return [(f"U[{number + 1}/{count}]", part) for number, part in enumerate(U.chunk(count))]


def spectra_of(layer: Recurrence) -> list[Spectrum]:
    """Of the layer's W and of each square part of its U; other matrices by the names of their parameters."""
    found, W, U = [], input_matrix(layer), recurrent_matrix(layer)
    if W is not None:
        found.append(spectrum_of("W", W))
    if U is not None:
        found += [spectrum_of(name, part, recurrent=True) for name, part in blocks_of(U, layer.hidden_size)]
    if W is None and U is None:
        found += [
            spectrum_of(name, parameter)
            for name, parameter in layer.named_parameters()
            if parameter.dim() == 2 and isinstance(parameter, nn.Parameter)
        ]
    return found
