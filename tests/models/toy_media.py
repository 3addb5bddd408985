"""A third-party plugin that reads and writes .npy files of vectors: encoder `dots`, decoder `dots`.

Shapes: B examples, S steps, D features.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from seqkit import DecoderSpec, EncoderSpec, SeqkitError, hookimpl
from seqkit.models.contracts import Counts, Loss, Memory
from seqkit.models.modalities import DrawingDecoder, Encoder
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.deep import DeepEncoder

SIZE = 3


@hookimpl
def seqkit_encoders():
    yield EncoderSpec(
        "dots", f"{__name__}:Dots", f"{__name__}:Facts", reader=f"{__name__}:read", suffixes=(".npy",)
    )


@hookimpl
def seqkit_decoders():
    yield DecoderSpec(
        "dots",
        f"{__name__}:Drawer",
        f"{__name__}:Facts",
        reader=f"{__name__}:read",
        writer=f"{__name__}:write",
        suffixes=(".npy", ".dots"),
    )


class Facts:
    @classmethod
    def gather(cls, pairs, options, encoders=None):
        return cls()

    def save(self, folder): ...

    @classmethod
    def load(cls, folder):
        return cls()


def read(path, limits):
    try:
        found = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise SeqkitError(f"{path}: is not an array", "Write it with numpy.save.") from error
    if len(found) > limits.frames:
        raise SeqkitError(f"{path}: has {len(found)} rows, more than {limits.frames}", "Raise --max-frames.")
    return np.asarray(found, np.float32)


def write(output, path):
    with open(path, "wb") as file:
        np.save(file, output)


class Dots(Encoder):
    def __init__(self, options, facts):
        super().__init__()
        self.first = nn.Linear(SIZE, options.hidden)
        layer = recurrence_class(options.recurrence)
        self.network = DeepEncoder(layer, options.hidden, options.hidden, 1, bidirectional=True)
        self.output_size, self.final_sizes = options.hidden, (options.hidden,) * self.network.state_parts

    def lengths(self, inputs):
        return [len(one) for one in inputs]

    def parts(self, input):
        return [input] if len(input) else []

    def collate(self, inputs, seed=None):
        x_BSD = torch.zeros(len(inputs), max(map(len, inputs)), SIZE)
        for row, one in zip(x_BSD, inputs, strict=True):
            row[: len(one)] = torch.from_numpy(one)
        return x_BSD, torch.tensor([len(one) for one in inputs])

    def forward(self, batch):
        x_BSD, lengths_B = batch
        mask_BS = torch.arange(x_BSD.shape[1]) < lengths_B[:, None]
        z_BSD, final = self.network(self.first(x_BSD), mask_BS)
        return Memory(z_BSD, mask_BS, final)

    def labels(self, input):
        return [f"row {number}" for number in range(len(input))]


class Drawer(DrawingDecoder):
    """One row of vectors: W z of the last state."""

    def __init__(self, options, facts, memory_size, final_sizes, encoders):
        super().__init__()
        self.out = nn.Linear(final_sizes[0], SIZE)

    def lengths(self, targets):
        return [len(one) for one in targets]

    def collate(self, targets, seed=None):
        return torch.stack([torch.from_numpy(np.asarray(one, np.float32)).mean(0) for one in targets])

    def loss(self, memory, batch, label_smoothing=0.0):
        error = (self.out(memory.final[0]) - batch).square().sum()
        steps = torch.tensor(len(batch))
        return Loss(error, steps, Counts.of(error, torch.tensor(0), steps))

    def generate(self, memory, seeds, temperature=0.0):
        rows = self.out(memory.final[0])
        return [row[None].numpy() + seed % 7 for row, seed in zip(rows, seeds, strict=True)]


def save_dots(folder: Path, name: str, digits) -> Path:
    """A file of one-hot rows."""
    path = folder / f"{name}.npy"
    np.save(path, np.eye(SIZE, dtype=np.float32)[list(digits)])
    return path
