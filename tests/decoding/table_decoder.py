"""A decoder with a table of random probabilities, small enough to enumerate all its outputs."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor


class Rows(NamedTuple):
    """Which source each row continues, and what it has written so far."""

    source_N: Tensor
    symbols_NT: Tensor


class TableDecoder:
    """log P(next | source, all symbols before), drawn at random once for each history; the last symbol is the end.

    The larger `sharpness`, the farther are the probabilities from equal.
    """

    def __init__(
        self, symbols: int, longest: int, sources: int, seed: int = 0, sharpness: float = 1.5
    ) -> None:
        self.end, self.longest, self.sources = symbols - 1, longest, sources
        generator = torch.Generator().manual_seed(seed)
        self.table = {
            (source, *history): (sharpness * torch.randn(symbols, generator=generator)).log_softmax(-1)
            for source in range(sources)
            for length in range(longest)
            for history in product(range(symbols - 1), repeat=length)
        }

    def start(self, sources: list[int] | None = None) -> Rows:
        """The state before the first step."""
        chosen = list(range(self.sources)) if sources is None else sources
        return Rows(torch.tensor(chosen), torch.zeros(len(chosen), 0, dtype=torch.long))

    def step(self, previous_N: Tensor | None, state: Rows) -> tuple[Tensor, Rows]:
        """As `Stepper`."""
        if previous_N is not None:
            state = state._replace(symbols_NT=torch.cat([state.symbols_NT, previous_N[:, None]], dim=1))
        histories = zip(state.source_N.tolist(), state.symbols_NT.tolist(), strict=True)
        return torch.stack([self._row(source, history) for source, history in histories]), state

    def _row(self, source: int, history: list[int]) -> Tensor:
        # Finished rows of a beam may continue after an end; their inputs do not matter.
        return self.table.get((source, *history), torch.full((self.end + 1,), -1.0)).clone()

    def select(self, state: Rows, rows_N: Tensor, sources_B: Tensor | None) -> Rows:
        """As `Stepper`."""
        return Rows(state.source_N[rows_N], state.symbols_NT[rows_N])

    def every_output(
        self, source: int, longest: int, prefix: list[int] | None = None
    ) -> dict[tuple[int, ...], float]:
        """Output without its end -> log P, for all that end within `longest` symbols, the end counted.

        One of the greatest length is cut: its end is forced, at the model's probability for it.
        """
        found = {}
        for length in range(longest):
            for symbols in product(range(self.end), repeat=length):
                if list(symbols[: len(prefix or [])]) == (prefix or []):
                    path = [*symbols, self.end]
                    found[symbols] = sum(
                        float(self.table[source, *symbols[:t]][symbol]) for t, symbol in enumerate(path)
                    )
        return found
