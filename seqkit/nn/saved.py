"""Count the bytes that autograd keeps for the backward pass: now, and at the peak."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import torch
from torch import Tensor


class _Held:
    """A saved tensor. When autograd drops it, its bytes are given back."""

    __slots__ = ("__weakref__", "place", "tensor")

    def __init__(self, tensor: Tensor, place: str) -> None:
        self.tensor, self.place = tensor, place


_counters: list[SavedBytes] = []
"""Those that count now."""


@contextmanager
def holding(tensors: Sequence[Tensor]) -> Iterator[None]:
    """Within it, tensors that a backward pass keeps by itself count as saved."""
    size = sum(tensor.untyped_storage().nbytes() for tensor in tensors)
    for counter in _counters:
        counter.hold(size)
    try:
        yield
    finally:
        for counter in _counters:
            counter.hold(-size)


class SavedBytes:
    """A context in which saved tensors are counted by storage, so that views and doubles count once.

    Weights are no activations: storages of `without` do not count.
    """

    def __init__(self, without: Iterable[Tensor] = ()) -> None:
        self.live = 0
        """Bytes that are kept now."""
        self.peak = 0
        """Maximum number of bytes that were kept at one time."""
        self.by_place: dict[str, int] = {}
        """Bytes that were saved at each place."""
        self.place = ""
        """Name under which saved tensors are counted, set by the caller."""
        self._without = {tensor.untyped_storage().data_ptr() for tensor in without}
        self._kept: dict[int, list[int]] = {}
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._pack, self._unpack)

    def __enter__(self) -> Self:
        self._hooks.__enter__()
        _counters.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _counters.remove(self)
        self._hooks.__exit__(kind, error, trace)

    def hold(self, size: int) -> None:
        """Count bytes that are kept for the backward pass, but not by autograd; a negative size gives them back."""
        self.live += size
        self.peak = max(self.peak, self.live)

    def unpacked(self, place: str) -> None:
        """Hook that is called when the backward pass reads a tensor that was saved at a place."""

    def _pack(self, tensor: Tensor) -> Tensor | _Held:
        storage = tensor.untyped_storage()
        key, size = storage.data_ptr(), storage.nbytes()
        if key in self._without or not size:
            return tensor
        held = _Held(tensor, self.place)
        entry = self._kept.setdefault(key, [0, size])
        entry[0] += 1
        if entry[0] == 1:
            self.live += size
            self.peak = max(self.peak, self.live)
            self.by_place[self.place] = self.by_place.get(self.place, 0) + size
        weakref.finalize(held, self._release, key)
        return held

    def _unpack(self, held: Tensor | _Held) -> Tensor:
        if isinstance(held, Tensor):
            return held
        self.unpacked(held.place)
        return held.tensor

    def _release(self, key: int) -> None:
        entry = self._kept[key]
        entry[0] -= 1
        if not entry[0]:
            del self._kept[key]
            self.live -= entry[1]
