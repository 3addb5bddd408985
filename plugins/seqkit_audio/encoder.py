"""The audio encoder: log-mel frames, convolutions over bands and time, z_t = h(W_e x_t + U_e z_{t-1}).

Shapes: B recordings, F frames, M bands, S steps, D of z_t.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate

from seqkit.media import Sound
from seqkit.models.column_encoder import ColumnEncoder
from seqkit.nn.columns import Columns
from seqkit_audio.facts import AudioFacts
from seqkit_audio.features import HOP, frames_of, log_mel
from seqkit_audio.resample import resampled

MASKED_BANDS, MASKED_TIME = 0.15, 0.1
"""Maximum share of bands, and of time, that one mask hides."""


class AudioBatch(NamedTuple):
    """Normalised frames, padded on the right."""

    x_BFM: Tensor
    lengths_B: Tensor


class AudioEncoder(ColumnEncoder):
    """Encodes recordings as a Memory with a step for every 2^halvings frames of 10 ms."""

    unit = "time"
    """Axis label of an attention plot."""

    mean_M: Tensor
    deviation_M: Tensor

    def __init__(self, options: Any, facts: AudioFacts) -> None:
        halvings = options.audio_halvings
        channels = [options.audio_channels] * halvings
        super().__init__(options, Columns(1, len(facts.mean), channels, [2] * halvings))
        self.rate = facts.rate
        # Plain tensors, not buffers: `collate` computes on the CPU, even if the weights are elsewhere.
        self.mean_M, self.deviation_M = torch.tensor(facts.mean), torch.tensor(facts.deviation)

    def width(self, input: Sound) -> int:
        """Number of frames of a recording."""
        return frames_of(round(len(input.samples_T) * self.rate / input.rate), self.rate)

    def picture(self, input: Sound, seed: int | None) -> Tensor:
        """The frames as a picture, x_1MF; with a seed, augmented."""
        x_FM = self.features(input)
        return (x_FM if seed is None else self._varied(x_FM, Random(seed))).T[None]

    def parts(self, input: Sound) -> list[Sound]:
        """The recording; an empty list if it is empty."""
        return [input] if len(input.samples_T) else []

    def features(self, input: Sound) -> Tensor:
        """Log-mel frames x_FM, normalised by the statistics of the training split."""
        samples_T = torch.from_numpy(np.array(resampled(input.samples_T, input.rate, self.rate)))
        return (log_mel(samples_T, self.rate, len(self.mean_M)) - self.mean_M) / self.deviation_M

    def collate(self, inputs: Sequence[Sound], seed: int | None = None) -> AudioBatch:
        """Batch recordings; with a seed, change their tempo and mask parts of them."""
        rows = [self.features(sound) for sound in inputs]
        if seed is not None:
            random = Random(seed)
            rows = [self._varied(x_FM, random) for x_FM in rows]
        lengths_B = torch.tensor([len(row) for row in rows])
        return AudioBatch(nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths_B)

    def _varied(self, x_FM: Tensor, random: Random) -> Tensor:
        """Change the tempo, and mask bands and time with 0, the mean of the training split."""
        frames = max(1, round(len(x_FM) * (1 + random.uniform(-1, 1) * self.options.audio_warp)))
        x_FM = interpolate(x_FM.T[None], size=frames, mode="linear", align_corners=False)[0].T.clone()
        for _ in range(self.options.audio_masks):
            for axis, most in ((0, MASKED_TIME), (1, MASKED_BANDS)):
                size = random.randint(0, int(most * x_FM.shape[axis]))
                first = random.randint(0, x_FM.shape[axis] - size)
                x_FM.narrow(axis, first, size).zero_()
        return x_FM

    def pixels(self, batch: AudioBatch) -> tuple[Tensor, Tensor]:
        """A batch as pictures of one channel, and the number of frames of each recording."""
        return batch.x_BFM.transpose(1, 2)[:, None], batch.lengths_B

    def labels(self, input: Sound) -> list[str]:
        """Start time of each step: `0.12 s`."""
        step = HOP * self.columns.stride
        return [f"{number * step:.2f} s" for number in range(self.columns.steps(self.width(input)))]

    def view(self, input: Sound) -> NDArray[np.float32]:
        """The spectrogram for plots: bands from high to low, frames from left to right."""
        return self.features(input).T.flip(0).numpy()
