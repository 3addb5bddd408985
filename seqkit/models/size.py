"""Refuse a network that does not fit into memory before any of it is allocated."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from torch import device, nn

from seqkit.config import quoted
from seqkit.errors import SeqkitError
from seqkit.extend.build import build

LARGE = 4096
"""Features of a layer above which the size of the network is counted first."""


TRAINED = 4
"""Numbers for each weight in training: the weight, its gradient, and the two moments of Adam."""


def build_model_within_memory(name: str, options: Any, facts: Any, *, copies: int = TRAINED) -> nn.Module:
    """Build the network of a ModelSpec. Raises SeqkitError if it exceeds the memory of this machine.

    Args: copies, how many numbers are kept for each weight.
    """
    if large := _large_sizes(options):
        size, memory = copies * _bytes_of(name, options, facts), physical_memory()
        if size > memory:
            shown = ", ".join(f"{option}={quoted(value)}" for option, value in large.items())
            problem = f"option {shown}: the network takes {size / 1e9:,.0f} GB, this machine has {memory / 1e9:,.0f} GB"
            raise SeqkitError(problem, "Choose smaller layers.", exit_code=2)
    made: nn.Module = build("models", name, options, facts)
    return made


def physical_memory() -> int:
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _large_sizes(options: Any) -> dict[str, int]:
    """The options that count features, if they are large."""
    sizes = {
        field.name: getattr(options, field.name)
        for field in dataclasses.fields(options)
        if field.metadata.get("unit") == "features"
    }
    return {name: size for name, size in sizes.items() if isinstance(size, int) and size > LARGE}


def _bytes_of(name: str, options: Any, facts: Any) -> int:
    """Bytes of the weights; 0 if the network cannot be built without memory."""
    try:
        with device("meta"):
            empty: nn.Module = build("models", name, options, facts)
    except NotImplementedError:
        return 0
    return sum(parameter.numel() * parameter.element_size() for parameter in empty.parameters())
