"""The most probable symbol at each step."""

from __future__ import annotations

from typing import Any

import torch

from seqkit.decoding.steps import Forced, Hypothesis, Stepper


@torch.inference_mode()
def greedy(decoder: Stepper, state: Any, forced: Forced, length_penalty: float) -> list[Hypothesis]:
    """One hypothesis a source: what a beam of 1 finds, without its bookkeeping."""
    sources, longest = forced.symbols_BT.shape
    symbols_BT = torch.full((sources, longest), decoder.end)
    log_p_B = torch.zeros(sources, dtype=torch.float64)
    alive = torch.arange(sources)
    previous = None
    for t in range(longest):
        log_p_NV, state = decoder.step(previous, state)
        best_N, previous = forced.apply(log_p_NV, t).max(-1)
        symbols_BT[alive, t] = previous
        log_p_B[alive] += best_N
        going = (previous != decoder.end).nonzero()[:, 0]
        if len(going) == 0:
            break
        if len(going) < len(previous):
            state = decoder.select(state, going, going)
            forced.select(going)
            alive, previous = alive[going], previous[going]
    return [
        finished(row, log_p, decoder.end, length_penalty)
        for row, log_p in zip(symbols_BT.tolist(), log_p_B.tolist(), strict=True)
    ]


def finished(row: list[int], log_prob: float, end: int, length_penalty: float) -> Hypothesis:
    """A row of symbols up to its end."""
    length = row.index(end)
    return Hypothesis(row[:length], log_prob, log_prob / (length + 1) ** length_penalty)
