"""How torch uses threads."""

from __future__ import annotations

import os

SPINS = "10000"
"""Iterations that libgomp spins at a barrier before it sleeps. By default it spins 300,000: as soon as a core has other
work, too, a command takes four times as long. With 10,000 it does not, and is as fast on a quiet machine; with none it
would be a sixth slower there."""


def limit_spinning() -> None:
    """Set libgomp's spin count unless the user did. To be called before torch is imported, which loads libgomp."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def use_threads(count: int) -> None:
    """Let torch compute with so many threads."""
    import torch

    torch.set_num_threads(count)


def be_deterministic() -> None:
    """Let torch sum gradients in a fixed order. With several threads it would not, and no run would repeat."""
    import torch

    # A plugin's layer may use an operation that has no fixed order: torch warns of it.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
