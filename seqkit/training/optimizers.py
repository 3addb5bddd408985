"""The built-in optimizers."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from seqkit.training.plugin import AdamOptions, SGDOptions


def adam(
    parameters: Iterable[nn.Parameter], learning_rate: float, options: AdamOptions
) -> torch.optim.Optimizer:
    """Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019); β = 0.9, 0.99."""
    return torch.optim.AdamW(
        parameters, lr=learning_rate, betas=(0.9, 0.99), weight_decay=options.weight_decay, fused=True
    )


def sgd(
    parameters: Iterable[nn.Parameter], learning_rate: float, options: SGDOptions
) -> torch.optim.Optimizer:
    """Stochastic gradient descent, optionally with momentum."""
    return torch.optim.SGD(
        parameters, lr=learning_rate, momentum=options.momentum, weight_decay=options.weight_decay
    )
