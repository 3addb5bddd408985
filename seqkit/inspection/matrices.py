"""Analyse W, U and V of a model: singular values, the spectral radius of U, and their prediction about gradients.

If |h'| ≤ 1, σ_max(U) < 1 forces all gradients to decay, and divergence requires a spectral radius above 1
(Pascanu, Mikolov & Bengio 2013). Otherwise a gradient may grow for some steps before it decays.

Shapes: H features of z_t, D of x_t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import KernelRecurrence, Recurrence

POWERS = 60
"""Number of steps for which ‖U^t z_0‖ is computed."""
STARTS = 32
"""Number of random z_0 of norm 1 in the mean."""


@dataclass(frozen=True)
class Spectrum:
    """Singular values and spectral radius of a matrix."""

    name: str
    shape: tuple[int, int]
    singular: tuple[float, ...]
    """Singular values, largest first."""
    radius: float | None
    """Largest absolute value of an eigenvalue; None if the matrix is not square."""
    powers: tuple[float, ...] = ()
    """Geometric mean of ‖U^t z_0‖ over random z_0 of norm 1 for t = 0, 1, …; empty unless recurrent."""

    @property
    def fate(self) -> str:
        """A description of ‖U^t z_0‖ for large t; "" if the matrix is not square."""
        if self.radius is None:
            return ""
        if self.singular[0] < 1:
            return "decays at every step (σ_max < 1)"
        if self.radius > 1:
            return "grows (spectral radius > 1)"
        return "decays eventually (spectral radius ≤ 1), may grow at first (σ_max ≥ 1)"


def spectrum_of(name: str, matrix: Tensor, recurrent: bool = False) -> Spectrum:
    """Compute singular values, and the spectral radius of a square matrix. Args: recurrent, also compute powers."""
    values = matrix.detach().double()
    singular = torch.linalg.svdvals(values)
    square = values.shape[0] == values.shape[1]
    radius = float(torch.linalg.eigvals(values).abs().max()) if square else None
    powers = _powers(values) if square and recurrent else ()
    return Spectrum(name, (values.shape[0], values.shape[1]), tuple(singular.tolist()), radius, powers)


def _powers(U_HH: Tensor) -> tuple[float, ...]:
    """Geometric mean of ‖U^t z_0‖, rescaled at each step to avoid overflow and underflow."""
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
    """Return the parameter U, (gates * H, H); None for a layer without it, such as `sru`."""
    if isinstance(layer, KernelRecurrence):
        return layer.U.detach()
    U = dict(layer.named_parameters()).get("U")
    return None if U is None or U.dim() != 2 or U.shape[1] != layer.hidden_size else U.detach()


def input_matrix(layer: Recurrence) -> Tensor | None:
    """Return the parameter W, (gates * H, D); None for a layer without it."""
    if isinstance(layer, KernelRecurrence):
        return layer.W.detach()
    W = dict(layer.named_parameters()).get("W")
    return None if W is None or W.dim() != 2 else W.detach()


def blocks_of(U: Tensor, hidden_size: int) -> list[tuple[str, Tensor]]:
    """Return name and square matrix of each gate in U: `U` alone, or `U[1/4]` …"""
    count = U.shape[0] // hidden_size
    if count == 1:
        return [("U", U)]
    return [(f"U[{number + 1}/{count}]", part) for number, part in enumerate(U.chunk(count))]


def spectra_of(layer: Recurrence) -> list[Spectrum]:
    """Compute the spectra of W and of each square part of U or, for a layer without these, of all its matrices."""
    spectra, W, U = [], input_matrix(layer), recurrent_matrix(layer)
    if W is not None:
        spectra.append(spectrum_of("W", W))
    if U is not None:
        spectra += [spectrum_of(name, part, recurrent=True) for name, part in blocks_of(U, layer.hidden_size)]
    if W is None and U is None:
        spectra += [
            spectrum_of(name, parameter)
            for name, parameter in layer.named_parameters()
            if parameter.dim() == 2 and isinstance(parameter, nn.Parameter)
        ]
    return spectra
