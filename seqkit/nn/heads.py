"""From latent states to labels."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SoftmaxHead(nn.Module):
    """ŷ_t = V z_t; P(y_t | x) = softmax(ŷ_t)[y_t], each step on its own.

    The logits are as trained. `probabilities` divides them by a temperature fitted on dev (Guo et al. 2017), which
    changes no decision, but makes a probability of 0.9 be right nine times in ten.
    """

    temperature: Tensor

    def __init__(self, hidden_size: int, labels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(hidden_size, labels)
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.register_buffer("temperature", torch.ones(()))

    @property
    def V(self) -> Tensor:
        """Output matrix, (labels, H)."""
        return self.linear.weight

    def forward(self, z_BTH: Tensor) -> Tensor:
        """z_BTH -> logits_BTL."""
        logits_BTL: Tensor = self.linear(z_BTH)
        return logits_BTL

    def probabilities(self, logits_BTL: Tensor) -> Tensor:
        """logits_BTL -> P(y_t | x)_BTL, calibrated."""
        return torch.softmax(logits_BTL / self.temperature, dim=-1)
