"""bfloat16 on processors that support it."""

from __future__ import annotations

import torch

HERE = torch.backends.mkldnn.is_available() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
"""Whether oneDNN has bfloat16 kernels for this processor, fast or slow. Without them an LSTM fails, and a product takes
fifty times as long as in float32."""


def usable(name: str) -> str:
    """The number format, or float32 in place of bfloat16 if the processor does not support that."""
    return "float32" if name == "bfloat16" and not HERE else name


def products_in(name: str) -> torch.autocast:
    """A context in which matrix products use bfloat16 if that is the (usable) format; other formats change nothing.

    Weights and sums stay in float32.
    """
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=usable(name) == "bfloat16")
