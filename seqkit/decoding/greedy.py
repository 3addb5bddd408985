"""Greedy search: the most probable symbol at each step."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from seqkit.decoding.hypothesis import Hypothesis
from seqkit.decoding.rows import write_rows
from seqkit.decoding.steps import Forced, Stepper


def greedy(decoder: Stepper, state: Any, forced: Forced, length_penalty: float) -> list[Hypothesis]:
    """Find one hypothesis for each source, as a beam of 1 does."""
    return write_rows(decoder, state, forced, _most_probable, length_penalty)


def _most_probable(log_p_NV: Tensor, rows: Tensor, step: int) -> tuple[Tensor, Tensor]:
    best_N, symbols_N = log_p_NV.max(-1)
    return symbols_N, best_N
