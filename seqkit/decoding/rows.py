"""Writing outputs with one choice at each step, shared by greedy search and sampling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from seqkit.decoding.hypothesis import Hypothesis, finished
from seqkit.decoding.steps import Forced, Stepper
from seqkit.nn.placement import widest

Choice = Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]]
"""(log_p_NV, the N rows that are not finished, step) -> the symbol of each row and its log-probability."""


@torch.inference_mode()
def write_rows(
    decoder: Stepper, state: Any, forced: Forced, choose: Choice, length_penalty: float
) -> list[Hypothesis]:
    """Write one hypothesis for each row; finished rows leave the batch."""
    (rows, longest), device = forced.symbols_BT.shape, forced.symbols_BT.device
    symbols_NT = torch.full((rows, longest), decoder.end, device=device)
    total_N = torch.zeros(rows, dtype=widest(device), device=device)
    alive = torch.arange(rows, device=device)
    previous = None
    for t in range(longest):
        log_p_NV, state = decoder.step(previous, state)
        previous, chosen_N = choose(forced.apply(log_p_NV, t, symbols_NT[alive, :t]), alive, t)
        symbols_NT[alive, t] = previous
        total_N[alive] += chosen_N
        going = (previous != decoder.end).nonzero()[:, 0]
        if len(going) == 0:
            break
        if len(going) < len(previous):
            state = decoder.select(state, going, going)
            forced.select(going)
            alive, previous = alive[going], previous[going]
    return [
        finished(row, log_p, decoder.end, length_penalty)
        for row, log_p in zip(symbols_NT.tolist(), total_N.tolist(), strict=True)
    ]
