"""An encoder and a decoder of vector sequences (spectrograms, strokes, sensor data), and a decoder of one vector."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from seqkit import DecoderSpec, EncoderSpec, hookimpl


@dataclass(frozen=True)
class FramesOptions:
    """Options of the decoder of vectors."""

    density: Literal["gaussian", "squared"] = "gaussian"
    """gaussian predicts a standard deviation for each number; squared uses 1, which gives the squared error."""


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """The encoder `frames`."""
    yield EncoderSpec(
        "frames",
        build="seqkit_frames.encoder:FramesEncoder",
        facts="seqkit_frames.facts:SourceFramesFacts",
        summary="a sequence of vectors",
        reader="seqkit_frames.files:read_vectors",
        example="seqkit_frames.examples:vectors",
        suffixes=(".npy",),
    )


@hookimpl
def seqkit_decoders() -> Iterable[DecoderSpec]:
    """The decoders `frames` and `vector`."""
    yield DecoderSpec(
        "frames",
        build="seqkit_frames.decoder:FramesDecoder",
        facts="seqkit_frames.facts:FramesFacts",
        options=FramesOptions,
        summary="a sequence of vectors",
        reader="seqkit_frames.files:read_vectors",
        writer="seqkit_frames.files:write_vectors",
        example="seqkit_frames.examples:vectors",
        suffixes=(".npy",),
    )
    yield DecoderSpec(
        "vector",
        build="seqkit_frames.decoder_vector:VectorDecoder",
        facts="seqkit_frames.facts:VectorFacts",
        summary="one vector, such as a number",
        reader="seqkit_frames.files:read_vector",
        writer="seqkit_frames.files:write_vector",
        example="seqkit_frames.examples:vector",
        suffixes=(".npy",),
    )
