"""Initialisation of weights, and a way to skip it when a file replaces them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_wanted: ContextVar[bool] = ContextVar("first_weights_wanted", default=True)


def first_weights_wanted() -> bool:
    """Whether layers should initialise their weights."""
    return _wanted.get()


@contextmanager
def without_first_weights() -> Iterator[None]:
    """A context in which layers may leave weights uninitialised, because weights of a file will replace them."""
    token = _wanted.set(False)
    try:
        yield
    finally:
        _wanted.reset(token)
