"""bfloat16 on processors and accelerators that support it."""

from __future__ import annotations

import torch

from seqkit.runtime.devices import chosen_device

HERE = torch.backends.mkldnn.is_available() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
"""Whether oneDNN has bfloat16 kernels for this processor, fast or slow. Without them an LSTM fails, and a product takes
fifty times as long as in float32."""

FAST = HERE and torch.cpu._is_avx512_bf16_supported()
"""Whether this processor multiplies bfloat16 faster than float32."""


def usable(name: str) -> str:
    """The number format, or float32 in place of bfloat16 if the chosen device does not support that."""
    return "float32" if name == "bfloat16" and not _has_bfloat16(chosen_device()) else name


def _has_bfloat16(device: torch.device) -> bool:
    """Whether a device has bfloat16 kernels."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return HERE if device.type == "cpu" else True


def products_in(name: str) -> torch.autocast:
    """A context in which matrix products use bfloat16 if that is the (usable) format; other formats change nothing.

    Weights and sums stay in float32.
    """
    return torch.autocast(chosen_device().type, dtype=torch.bfloat16, enabled=usable(name) == "bfloat16")
