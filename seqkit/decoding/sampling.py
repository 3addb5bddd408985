"""Sampling of outputs. Each sample has its own random numbers, so that it does not depend on its batch.

Shapes: B sources, N samples, V symbols, T steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqkit.decoding.hypothesis import Hypothesis
from seqkit.decoding.rows import write_rows
from seqkit.decoding.steps import Forced, Stepper
from seqkit.nn.placement import widest


@torch.inference_mode()
def sample(
    decoder: Stepper,
    state: Any,
    forced: Forced,
    seeds: Sequence[Sequence[tuple[int, ...]]],
    *,
    temperature: float = 1.0,
    top_p: float = 1.0,
    length_penalty: float = 1.0,
) -> list[list[Hypothesis]]:
    """Sample from P(y | x) (ancestral sampling) or, if top_p < 1, from its nucleus (Holtzman et al. 2020).

    Args: seeds, those of the samples of each source. Log-probabilities are the model's, without temperature and top_p.
    """
    device = forced.symbols_BT.device
    counts = torch.tensor([len(own) for own in seeds])
    sources_N = torch.arange(len(seeds)).repeat_interleave(counts).to(device)
    state = decoder.select(state, sources_N, sources_N)
    forced.select(sources_N)
    longest = forced.symbols_BT.shape[1]
    random_NT = torch.from_numpy(
        np.stack([np.random.default_rng(seed).random(longest) for own in seeds for seed in own])
    ).to(device, widest(device))

    def choose(log_p_NV: Tensor, rows: Tensor, step: int) -> tuple[Tensor, Tensor]:
        symbols_N = draw(log_p_NV / temperature, random_NT[rows, step], top_p)
        return symbols_N, log_p_NV.gather(1, symbols_N[:, None])[:, 0]

    drawn = iter(write_rows(decoder, state, forced, choose, length_penalty))
    return [[next(drawn) for _ in own] for own in seeds]


def draw(logits_NV: Tensor, random_N: Tensor, top_p: float = 1.0) -> Tensor:
    """Sample a symbol for each row by inverting the distribution function at `random_N` (0 to 1)."""
    p_NV = torch.softmax(logits_NV.to(widest(logits_NV.device)), dim=-1)
    if top_p < 1:
        sorted_NV, order_NV = p_NV.sort(dim=-1, descending=True, stable=True)
        # A symbol is in the nucleus if the more probable ones have less than top_p in total.
        outside_NV = sorted_NV.cumsum(-1) - sorted_NV >= top_p
        # Restore the order of symbols, so that nearly equal probabilities do not change the sample.
        p_NV = p_NV.masked_fill(torch.empty_like(outside_NV).scatter_(1, order_NV, outside_NV), 0.0)
    below_NV = p_NV.cumsum(-1)
    total_N1 = below_NV[:, -1:].contiguous()
    place_N1 = torch.searchsorted(below_NV, random_N[:, None] * total_N1, right=True)
    # A random number near 1 must not select a symbol after the last possible one, where the sum reaches the total.
    return torch.minimum(place_N1, torch.searchsorted(below_NV, total_N1))[:, 0]
