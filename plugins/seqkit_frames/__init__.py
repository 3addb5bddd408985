"""Sequences of vectors out: the base for spectrograms, strokes, readings of sensors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from seqkit import DecoderSpec, hookimpl


@dataclass(frozen=True)
class FramesOptions:
    """Options of the decoder of vectors."""

    density: Literal["gaussian", "squared"] = "gaussian"
    """gaussian: a deviation of each number is predicted, too; squared: it is 1, which is the squared error."""


@hookimpl
def seqkit_decoders() -> Iterable[DecoderSpec]:
    """Vectors out."""
    yield DecoderSpec(
        "frames",
        build="seqkit_frames.decoder:FramesDecoder",
        facts="seqkit_frames.facts:FramesFacts",
        options=FramesOptions,
        summary="a sequence of vectors",
        reader="seqkit_frames.files:read_vectors",
        writer="seqkit_frames.files:write_vectors",
        suffixes=(".npy",),
    )
