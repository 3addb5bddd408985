"""bfloat16, on processors that have it."""

from __future__ import annotations

import torch

HERE = torch.backends.mkldnn.is_available() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
"""Whether oneDNN has kernels for it here, be they slow. Without them an LSTM fails, and a product takes fifty times as
long as in float32."""


def usable(name: str) -> str:
    """The number format, or float32, which holds every number of bfloat16, where the processor lacks that."""
    return "float32" if name == "bfloat16" and not HERE else name


def products_in(name: str) -> torch.autocast:
    """Where matrix products are made in the (usable) format of that name; other formats than bfloat16 change nothing.

    Weights and sums stay in float32.
    """
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=usable(name) == "bfloat16")
