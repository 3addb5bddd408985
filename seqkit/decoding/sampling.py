"""Outputs drawn at random, each by its own random numbers, so that no draw depends on its company in a batch.

Shapes: B sources, N draws, V symbols, T steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqkit.decoding.greedy import finished
from seqkit.decoding.steps import Forced, Hypothesis, Stepper


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
    """Draws from P(y | x) (ancestral sampling), or, below top_p = 1, from its nucleus (Holtzman et al. 2020).

    Args: seeds, for each source those of its draws. The log-probabilities are the model's own.
    """
    counts = torch.tensor([len(own) for own in seeds])
    sources_N = torch.arange(len(seeds)).repeat_interleave(counts)
    state = decoder.select(state, sources_N, sources_N)
    forced.select(sources_N)
    longest = forced.symbols_BT.shape[1]
    random_NT = torch.from_numpy(
        np.stack([np.random.default_rng(seed).random(longest) for own in seeds for seed in own])
    )
    symbols_NT = torch.full((len(sources_N), longest), decoder.end)
    total_N = torch.zeros(len(sources_N), dtype=torch.float64)
    alive = torch.arange(len(sources_N))
    previous = None
    for t in range(longest):
        log_p_NV, state = decoder.step(previous, state)
        log_p_NV = forced.apply(log_p_NV, t)
        previous = draw(log_p_NV / temperature, random_NT[alive, t], top_p)
        symbols_NT[alive, t] = previous
        total_N[alive] += log_p_NV.gather(1, previous[:, None])[:, 0]
        going = (previous != decoder.end).nonzero()[:, 0]
        if len(going) == 0:
            break
        if len(going) < len(previous):
            state = decoder.select(state, going, going)
            forced.select(going)
            alive, previous = alive[going], previous[going]
    drawn = iter(
        finished(row, log_p, decoder.end, length_penalty)
        for row, log_p in zip(symbols_NT.tolist(), total_N.tolist(), strict=True)
    )
    return [[next(drawn) for _ in own] for own in seeds]


def draw(logits_NV: Tensor, random_N: Tensor, top_p: float = 1.0) -> Tensor:
    """One symbol a row by inverting the distribution function at `random_N` (0 to 1)."""
    p_NV = torch.softmax(logits_NV.double(), dim=-1)
    if top_p < 1:
        sorted_NV, order_NV = p_NV.sort(dim=-1, descending=True, stable=True)
        # A symbol is in the nucleus while those before it have less than top_p together.
        outside_NV = sorted_NV.cumsum(-1) - sorted_NV >= top_p
        # Back in the symbols' own order: probabilities that are nearly equal must not change places.
        p_NV = p_NV.masked_fill(torch.empty_like(outside_NV).scatter_(1, order_NV, outside_NV), 0.0)
    below_NV = p_NV.cumsum(-1)
    place_N1 = torch.searchsorted(below_NV, random_N[:, None] * below_NV[:, -1:], right=True)
    # A random number near 1 must not fall behind the last symbol that can be drawn.
    last_N1 = (p_NV > 0).long().mul(torch.arange(1, p_NV.shape[1] + 1)).amax(-1, keepdim=True) - 1
    return torch.minimum(place_N1, last_N1)[:, 0]
