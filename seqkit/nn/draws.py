"""Random numbers that do not depend on how a batch is divided among processes.

Each process draws the numbers of the whole batch and takes those of its rows, so that several processes compute the
results of one. A layer that draws, for example, dropout masks calls `draw`, which in a single process draws its rows
only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from torch import Tensor

EXAMPLES = "examples"
"""The rows of most tensors: the examples of a batch, in order."""


class Rows(NamedTuple):
    """The rows of one kind that this process computes."""

    total: int
    """Rows in the whole batch."""
    own_N: Tensor
    """Numbers of the rows of this process, in any order."""


class _Division:
    rows: Mapping[str, Rows] = {}


@contextmanager
def dividing(rows: Mapping[str, Rows]) -> Iterator[None]:
    """A context in which `draw` draws for the whole batch. Args: rows, by kind, such as `EXAMPLES`."""
    before, _Division.rows = _Division.rows, rows
    try:
        yield
    finally:
        _Division.rows = before


def draw(
    shape: Sequence[int], like: Tensor, fill: Callable[[Tensor], Tensor], kind: str = EXAMPLES
) -> Tensor:
    """Random numbers of this shape, with the number format and device of `like`.

    Args: fill, fills a tensor in place and returns it, such as `lambda x: x.bernoulli_(0.5)`; kind, of the rows in the
    first dimension. An example may have several consecutive rows.
    """
    rows = _Division.rows.get(kind)
    own = 0 if rows is None else len(rows.own_N)
    if rows is None or not own or shape[0] % own:
        return fill(like.new_empty(*shape))
    each = shape[0] // own
    whole = fill(like.new_empty(rows.total * each, *shape[1:]))
    return whole.unflatten(0, (rows.total, each)).index_select(0, rows.own_N).flatten(0, 1)
