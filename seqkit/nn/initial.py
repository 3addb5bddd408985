"""First weights: drawn for training, not worth their time where a file's weights replace them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_wanted: ContextVar[bool] = ContextVar("first_weights_wanted", default=True)


def first_weights_wanted() -> bool:
    """Whether a layer that is being made should draw its first weights."""
    return _wanted.get()


@contextmanager
def without_first_weights() -> Iterator[None]:
    """Within it, layers may leave their weights as they are: a file's will replace them."""
    token = _wanted.set(False)
    try:
        yield
    finally:
        _wanted.reset(token)
