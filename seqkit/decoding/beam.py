"""Beam search over many sources at once.

A finished hypothesis keeps its place in the beam, so the beam of a source shrinks until it is empty. The search also
stops when no unfinished hypothesis can exceed the finished ones. Its best possible score follows from the length
penalty: a log-probability only falls, so for a > 0 log P / length ** a is highest at the maximum length.

Shapes: B sources, K hypotheses of each, N = B * K rows, V symbols, T steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from seqkit.decoding.hypothesis import Hypothesis
from seqkit.decoding.steps import Forced, Stepper, normalised
from seqkit.nn.placement import widest

Coverage = Callable[[Any], Tensor]
"""State -> penalty_N of its rows."""


class BeamSearch:
    """The search for a batch of sources, with its state."""

    def __init__(
        self,
        decoder: Stepper,
        state: Any,
        forced: Forced,
        beam: int,
        n_best: int,
        length_penalty: float,
        coverage: Coverage | None = None,
    ) -> None:
        self.decoder, self.state, self.forced = decoder, state, forced
        self.n_best, self.penalty, self.coverage = n_best, length_penalty, coverage
        sources, device = len(forced.longest_B), forced.longest_B.device
        self.alive_B = torch.arange(sources, device=device)
        """Source of each row of the batch."""
        self.slots_B = torch.full((sources,), beam, device=device)
        """Places in the beam of each source that finished hypotheses do not occupy."""
        self.log_p_BK = torch.zeros(sources, 1, device=device)
        self.symbols_NT = torch.zeros(sources, 0, dtype=torch.long, device=device)
        self.worst_B = torch.full((sources,), -torch.inf, device=device)
        """Score of the n-th best finished hypothesis; -inf if there are fewer."""
        self.ended: list[list[Hypothesis]] = [[] for _ in range(sources)]

    def run(self) -> list[list[Hypothesis]]:
        """Search, and return the n best hypotheses of each source, best first."""
        previous_N = None
        for t in range(self.forced.symbols_BT.shape[1]):
            log_p_NV, self.state = self.decoder.step(previous_N, self.state)
            rows_BK, symbols_BK = self._extend(self.forced.apply(log_p_NV, t, self.symbols_NT))
            self._end(rows_BK, symbols_BK, t)
            self._give_up(t)
            previous_N = self._keep(rows_BK, symbols_BK)
            if previous_N is None:
                break
        return [
            sorted(found, key=lambda hypothesis: -hypothesis.score)[: self.n_best] for found in self.ended
        ]

    def _extend(self, log_p_NV: Tensor) -> tuple[Tensor, Tensor]:
        """The best continuations for the places of the beam: source row and symbol of each."""
        sources, beam = self.log_p_BK.shape
        symbols = log_p_NV.shape[1]
        total_BKV = log_p_NV.view(sources, beam, symbols).add_(self.log_p_BK[:, :, None])
        places = min(int(self.slots_B.max()), beam * symbols)
        self.log_p_BK, best_BK = total_BKV.view(sources, -1).topk(places)
        taken_BK = torch.arange(places, device=best_BK.device) >= self.slots_B[:, None]
        self.log_p_BK = self.log_p_BK.masked_fill(taken_BK, -torch.inf)
        rows_BK = best_BK // symbols + beam * torch.arange(sources, device=best_BK.device)[:, None]
        return rows_BK, best_BK % symbols

    def _end(self, rows_BK: Tensor, symbols_BK: Tensor, t: int) -> None:
        """Remove the hypotheses that end at step t."""
        ends_BK = (symbols_BK == self.decoder.end) & (self.log_p_BK > -torch.inf)
        if not bool(ends_BK.any()):
            return
        source_E, place_E = ends_BK.nonzero(as_tuple=True)
        log_p_E = self.log_p_BK[source_E, place_E]
        symbols_ET = self.symbols_NT[rows_BK[source_E, place_E]].tolist()
        score_E = normalised(log_p_E.to(widest(log_p_E.device)), t + 1, self.penalty)
        if self.coverage is not None:
            score_E += self.coverage(self.state)[rows_BK[source_E, place_E]]
        scores = score_E.tolist()
        where = self.alive_B[source_E].tolist()
        for source, symbols, log_p, score in zip(where, symbols_ET, log_p_E.tolist(), scores, strict=True):
            self.ended[source].append(Hypothesis(symbols, log_p, score))
        self.slots_B -= ends_BK.sum(1)
        for row in set(source_E.tolist()):
            found = sorted((h.score for h in self.ended[int(self.alive_B[row])]), reverse=True)
            if len(found) >= self.n_best:
                self.worst_B[row] = found[self.n_best - 1]
        self.log_p_BK = self.log_p_BK.masked_fill(ends_BK, -torch.inf)

    def _give_up(self, t: int) -> None:
        """Drop hypotheses that can no longer be among the n best."""
        soonest = normalised(self.log_p_BK, t + 2, self.penalty)
        latest = normalised(self.log_p_BK, self.forced.longest_B[:, None], self.penalty)
        hopeless_BK = torch.maximum(soonest, latest) <= self.worst_B[:, None]
        self.log_p_BK = self.log_p_BK.masked_fill(hopeless_BK, -torch.inf)

    def _keep(self, rows_BK: Tensor, symbols_BK: Tensor) -> Tensor | None:
        """Continue with the unfinished rows. Returns their last symbols, or None if no row is left.

        Sources without unfinished rows leave the batch; the others keep as many rows as the fullest beam needs.
        """
        living_BK = self.log_p_BK > -torch.inf
        sources_B = living_BK.any(1).nonzero()[:, 0]
        if len(sources_B) == 0:
            return None
        # Unfinished rows first, in their order (the sort is stable), so that the other places can be cut off.
        beam = int(living_BK.sum(1).max())
        order_BK = living_BK[sources_B].int().argsort(dim=1, descending=True, stable=True)[:, :beam]
        self.log_p_BK = self.log_p_BK[sources_B].gather(1, order_BK)
        rows_N = rows_BK[sources_B].gather(1, order_BK).flatten()
        symbols_N = symbols_BK[sources_B].gather(1, order_BK).flatten()
        self.symbols_NT = torch.cat([self.symbols_NT[rows_N], symbols_N[:, None]], dim=1)
        fewer = len(sources_B) < len(self.alive_B)
        self.state = self.decoder.select(self.state, rows_N, sources_B if fewer else None)
        if fewer:
            self.forced.select(sources_B)
            self.alive_B, self.slots_B = self.alive_B[sources_B], self.slots_B[sources_B]
            self.worst_B = self.worst_B[sources_B]
        return symbols_N


@torch.inference_mode()
def beam_search(
    decoder: Stepper,
    state: Any,
    forced: Forced,
    beam: int,
    n_best: int = 1,
    length_penalty: float = 1.0,
    coverage: Coverage | None = None,
) -> list[list[Hypothesis]]:
    """Search with a beam and return the n best outputs of each source, best first.

    Args: state, the decoder's initial state, one row for each source; coverage, a penalty of at most 0, which is added
    to the score of an output that ends. Returns fewer than `n_best` outputs if fewer hypotheses end.
    """
    return BeamSearch(decoder, state, forced, beam, n_best, length_penalty, coverage).run()
