"""Greedy and beam search in numpy, with the results of `seqkit.decoding.greedy` and `seqkit.decoding.beam`.

Shapes: B sources, K hypotheses of each, N = B * K rows, V symbols, T steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqkit.decoding.hypothesis import Hypothesis, finished
from seqkit.decoding.loops import ban_loops
from seqkit.inference.numpy.weights import Array

FREE = -1
"""Marks a step without a forced symbol."""
LEAST = -1e4
"""Log-probability of a forced symbol to which a model gives probability 0."""
Ids = NDArray[np.int64]


class Stepper(Protocol):
    """A model that predicts the next symbol; see `seqkit.decoding.steps.Stepper`."""

    end: int

    def step(self, previous_N: Ids | None, state: Any) -> tuple[Array, Any]:
        """Compute a step: the symbols just written (None before the first) -> log P(next)_NV and the state."""
        ...

    def select(self, state: Any, rows_N: Ids, sources_B: Ids | None) -> Any:
        """Select the state of rows and, if `sources_B` is given, of these sources only."""
        ...


class Forced:
    """Forced symbols: a prefix, and the end symbol of outputs of maximum length."""

    def __init__(
        self,
        longest: Sequence[int],
        prefixes: Sequence[Sequence[int]],
        end: int,
        limits: Sequence[int] | None = None,
    ) -> None:
        """Args: longest, maximum length of each output with the end symbol; prefixes, forced beginnings; limits, how
        often each output may have the same three symbols (None: no limit).
        """
        self.limits = None if limits is None else list(limits)
        self.longest_B = np.array(longest)
        self.symbols_BT = np.full((len(longest), max(longest, default=0)), FREE)
        for row, prefix in enumerate(prefixes):
            self.symbols_BT[row, : len(prefix)] = prefix
        self.symbols_BT[np.arange(len(longest)), self.longest_B - 1] = end

    def apply(self, log_p_NV: Array, step: int, symbols_NT: Ids) -> Array:
        """Set the probability of all symbols but the forced ones, and of those that would make a loop, to 0."""
        if self.limits is not None:
            beam = len(log_p_NV) // max(len(self.limits), 1)
            ban_loops(log_p_NV, symbols_NT, [limit for limit in self.limits for _ in range(beam)])
        forced_N = np.repeat(self.symbols_BT[:, step], len(log_p_NV) // max(len(self.longest_B), 1))
        rows = np.flatnonzero(forced_N != FREE)
        if len(rows):
            kept = np.maximum(log_p_NV[rows, forced_N[rows]], LEAST)
            log_p_NV[rows] = -np.inf
            log_p_NV[rows, forced_N[rows]] = kept
        return log_p_NV

    def select(self, sources_B: Ids) -> None:
        """Keep these sources only."""
        self.longest_B, self.symbols_BT = self.longest_B[sources_B], self.symbols_BT[sources_B]
        if self.limits is not None:
            self.limits = [self.limits[source] for source in sources_B.tolist()]


def greedy(decoder: Stepper, state: Any, forced: Forced, length_penalty: float) -> list[Hypothesis]:
    """Find one hypothesis for each source: the most probable symbol at each step."""
    sources, longest = forced.symbols_BT.shape
    symbols_BT = np.full((sources, longest), decoder.end)
    log_p_B, alive_N, previous_N = np.zeros(sources), np.arange(sources), None
    for t in range(longest):
        log_p_NV, state = decoder.step(previous_N, state)
        previous_N = forced.apply(log_p_NV, t, symbols_BT[alive_N, :t]).argmax(-1)
        symbols_BT[alive_N, t] = previous_N
        log_p_B[alive_N] += log_p_NV[np.arange(len(previous_N)), previous_N]
        going = np.flatnonzero(previous_N != decoder.end)
        if len(going) == 0:
            break
        if len(going) < len(previous_N):
            state = decoder.select(state, going, going)
            forced.select(going)
            alive_N, previous_N = alive_N[going], previous_N[going]
    return [
        finished(row, log_p, decoder.end, length_penalty)
        for row, log_p in zip(symbols_BT.tolist(), log_p_B.tolist(), strict=True)
    ]


class BeamSearch:
    """The search for a batch of sources, with its state.

    A finished hypothesis keeps its place in the beam. The search stops when no unfinished hypothesis can exceed the
    best finished one.
    """

    def __init__(
        self, decoder: Stepper, state: Any, forced: Forced, beam: int, length_penalty: float
    ) -> None:
        self.decoder, self.state, self.forced, self.penalty = decoder, state, forced, length_penalty
        sources = len(forced.longest_B)
        self.alive_B = np.arange(sources)
        """Source of each row of the batch."""
        self.slots_B = np.full(sources, beam)
        """Places in the beam of each source that finished hypotheses do not occupy."""
        self.log_p_BK = np.zeros((sources, 1), np.float32)
        self.symbols_NT = np.zeros((sources, 0), np.int64)
        self.best: list[Hypothesis | None] = [None] * sources
        """The best finished hypothesis of each source."""

    def run(self) -> list[Hypothesis]:
        """Search, and return the best hypothesis of each source."""
        previous_N = None
        for t in range(self.forced.symbols_BT.shape[1]):
            log_p_NV, self.state = self.decoder.step(previous_N, self.state)
            rows_BK, symbols_BK = self._extend(self.forced.apply(log_p_NV, t, self.symbols_NT))
            self._end(rows_BK, symbols_BK, t)
            self._give_up(t)
            previous_N = self._keep(rows_BK, symbols_BK)
            if previous_N is None:
                break
        return [found for found in self.best if found is not None]

    def _extend(self, log_p_NV: Array) -> tuple[Ids, Ids]:
        """The best continuations for the places of the beam: source row and symbol of each."""
        sources, beam = self.log_p_BK.shape
        symbols = log_p_NV.shape[1]
        total_BX = (log_p_NV.reshape(sources, beam, symbols) + self.log_p_BK[:, :, None]).reshape(sources, -1)
        places = min(int(self.slots_B.max()), beam * symbols)
        best_BK = np.argpartition(-total_BX, places - 1, axis=1)[:, :places]
        order_BK = np.argsort(-np.take_along_axis(total_BX, best_BK, 1), axis=1, kind="stable")
        best_BK = np.take_along_axis(best_BK, order_BK, 1)
        taken_BK = np.arange(places) >= self.slots_B[:, None]
        self.log_p_BK = np.where(taken_BK, -np.inf, np.take_along_axis(total_BX, best_BK, 1))
        return best_BK // symbols + beam * np.arange(sources)[:, None], best_BK % symbols

    def _end(self, rows_BK: Ids, symbols_BK: Ids, t: int) -> None:
        """Remove the hypotheses that end at step t."""
        ends_BK = (symbols_BK == self.decoder.end) & (self.log_p_BK > -np.inf)
        for row, place in zip(*np.nonzero(ends_BK), strict=True):
            log_p, source = float(self.log_p_BK[row, place]), int(self.alive_B[row])
            score, best = log_p / (t + 1) ** self.penalty, self.best[source]
            if best is None or score > best.score:
                self.best[source] = Hypothesis(self.symbols_NT[rows_BK[row, place]].tolist(), log_p, score)
        self.slots_B = self.slots_B - ends_BK.sum(1)
        self.log_p_BK = np.where(ends_BK, -np.inf, self.log_p_BK)

    def _give_up(self, t: int) -> None:
        """Drop hypotheses that cannot win: log P only falls, and log P / length ** a is highest at one of the ends."""
        soonest_BK = self.log_p_BK / np.float32((t + 2) ** self.penalty)
        latest_BK = self.log_p_BK / np.float32(self.forced.longest_B[:, None] ** np.float32(self.penalty))
        ended = (self.best[source] for source in self.alive_B)
        worst_B1 = np.array([[-np.inf if best is None else best.score] for best in ended], np.float32)
        hopeless_BK = np.maximum(soonest_BK, latest_BK) <= worst_B1
        self.log_p_BK = np.where(hopeless_BK, -np.inf, self.log_p_BK)

    def _keep(self, rows_BK: Ids, symbols_BK: Ids) -> Ids | None:
        """Continue with the unfinished rows. Returns their last symbols, or None if no row is left."""
        living_BK = self.log_p_BK > -np.inf
        sources_B = np.flatnonzero(living_BK.any(1))
        if len(sources_B) == 0:
            return None
        # Unfinished rows first, in their order, so that the other places can be cut off.
        beam = int(living_BK.sum(1).max())
        order_BK = np.argsort(~living_BK[sources_B], axis=1, kind="stable")[:, :beam]
        self.log_p_BK = np.take_along_axis(self.log_p_BK[sources_B], order_BK, 1)
        rows_N = np.take_along_axis(rows_BK[sources_B], order_BK, 1).ravel()
        symbols_N: Ids = np.take_along_axis(symbols_BK[sources_B], order_BK, 1).ravel()
        self.symbols_NT = np.concatenate([self.symbols_NT[rows_N], symbols_N[:, None]], axis=1)
        fewer = len(sources_B) < len(self.alive_B)
        self.state = self.decoder.select(self.state, rows_N, sources_B if fewer else None)
        if fewer:
            self.forced.select(sources_B)
            self.alive_B, self.slots_B = self.alive_B[sources_B], self.slots_B[sources_B]
        return symbols_N


def beam_search(
    decoder: Stepper, state: Any, forced: Forced, beam: int, length_penalty: float
) -> list[Hypothesis]:
    """Search with a beam and return the best output of each source."""
    return BeamSearch(decoder, state, forced, beam, length_penalty).run()
