"""Densities of vectors, the output of decoders that write no symbols.

Shapes: N vectors, D numbers in each, M parts of a mixture.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


def gaussian_kl(mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) ‖ N(other mean, other variance)) of each number, in nats."""
    ratio = (log_variance - other_log_variance).exp()
    off = (mean - other_mean).square() * (-other_log_variance).exp()
    return 0.5 * (ratio + off - 1 - log_variance + other_log_variance)


class Mixture(NamedTuple):
    """A mixture of Gaussians with diagonal covariance (Bishop 1994; over time: Graves 2013)."""

    log_weights_NM: Tensor
    means_NMD: Tensor
    log_deviations_NMD: Tensor

    def log_prob(self, y_ND: Tensor) -> Tensor:
        """ln p(y) of each vector."""
        off_NMD = (y_ND[:, None] - self.means_NMD) * torch.exp(-self.log_deviations_NMD)
        each_NMD = -0.5 * off_NMD.square() - self.log_deviations_NMD - 0.5 * math.log(2 * math.pi)
        return torch.logsumexp(self.log_weights_NM + each_NMD.sum(-1), dim=-1)

    def draw(self, uniform_N: Tensor, normal_ND: Tensor, temperature: float = 1.0) -> Tensor:
        """Sample a vector of each mixture from uniform and normal numbers; temperature < 1 reduces the deviations."""
        edges_NM = self.log_weights_NM.exp().cumsum(-1)
        part_N = (uniform_N[:, None] * edges_NM[:, -1:] > edges_NM[:, :-1]).sum(-1)
        rows_N = torch.arange(len(part_N), device=part_N.device)
        deviation_ND = self.log_deviations_NMD[rows_N, part_N].exp()
        return self.means_NMD[rows_N, part_N] + temperature * deviation_ND * normal_ND


class MixtureHead(nn.Module):
    """o_NO -> a mixture over vectors of D numbers."""

    def __init__(self, input_size: int, size: int, parts: int, least: float) -> None:
        """Args: least, the smallest deviation; without it the density is unbounded on repeated vectors."""
        super().__init__()
        self.size, self.parts, self.least = size, parts, least
        self.linear = nn.Linear(input_size, parts * (1 + 2 * size))
        nn.init.normal_(self.linear.bias, std=0.5)

    def forward(self, o_NO: Tensor) -> Mixture:
        """Compute the mixture in float32, also under autocast."""
        numbers = self.linear(o_NO).float()
        weights_NM, means, deviations = numbers.split(
            [self.parts, self.parts * self.size, self.parts * self.size], dim=-1
        )
        shape = (-1, self.parts, self.size)
        log_deviations_NMD = (nn.functional.softplus(deviations) + self.least).log().reshape(shape)
        return Mixture(torch.log_softmax(weights_NM, dim=-1), means.reshape(shape), log_deviations_NMD)
