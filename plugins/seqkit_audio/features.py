"""Log-mel frames: ln power of a recording in mel bands, every 10 ms.

Shapes: T samples, F frames, N frequencies, M bands.
"""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

WINDOW, HOP = 0.025, 0.010
"""Length of a frame, and distance between frames, in seconds."""
FLOOR = 1e-6
"""Power below which everything counts as silence, so that the logarithm does not amplify rounding noise."""


def hop_of(rate: int) -> int:
    """Samples between the starts of two frames."""
    return max(1, round(HOP * rate))


def frames_of(samples: int, rate: int) -> int:
    """Number of frames of a number of samples, at least 1."""
    return max(1, -(-samples // hop_of(rate)))


def mel(hertz: float) -> float:
    """Convert Hz to mel (O'Shaughnessy 1987)."""
    return 2595 * math.log10(1 + hertz / 700)


def hertz(mels: float) -> float:
    """Convert mel to Hz."""
    return 700 * (10 ** (mels / 2595) - 1)


@cache
def filters(rate: int, size: int, bands: int) -> Tensor:
    """Triangular filters with peak 1, evenly spaced in mel from 0 to rate / 2: weights_NM, N = size // 2 + 1.

    A triangle that is narrower than the distance of two frequencies is widened, so that no band is empty.
    """
    spacing = rate / size
    edges = [hertz(mel(rate / 2) * number / (bands + 1)) for number in range(bands + 2)]
    frequencies_N = torch.arange(size // 2 + 1) * spacing
    weights = []
    for low, top, high in zip(edges, edges[1:], edges[2:], strict=False):
        up_N = (frequencies_N - top + max(top - low, spacing)) / max(top - low, spacing)
        down_N = (top + max(high - top, spacing) - frequencies_N) / max(high - top, spacing)
        weights.append(torch.minimum(up_N, down_N).clamp(min=0))
    return torch.stack(weights, dim=1)


def log_mel(samples_T: Tensor, rate: int, bands: int) -> Tensor:
    """Compute ln power in each band: samples from -1 to 1 -> x_FM. Frame f is centred at f · 10 ms.

    Power is divided by the squared sum of the window: a full-scale sine has about 1/4 at the nearest frequency.
    """
    window = max(2, round(WINDOW * rate))
    size = 2 ** math.ceil(math.log2(2 * window))
    frames = frames_of(len(samples_T), rate)
    hop = hop_of(rate)
    padded = torch.nn.functional.pad(
        samples_T, (size // 2, (frames - 1) * hop + size // 2 - len(samples_T) + 1)
    )
    hann = torch.hann_window(window)
    spectrum_NF = torch.stft(padded, size, hop, window, hann, center=False, return_complex=True)
    power_FN = (spectrum_NF[:, :frames].abs() / hann.sum()).square().T
    return (power_FN @ filters(rate, size, bands)).clamp(min=FLOOR).log()
