"""The decoder of vectors: `seqkit.models.vector_decoder` with the option `density`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit.models.vector_decoder import VectorDecoder
from seqkit_frames.facts import FramesFacts


class FramesDecoder(VectorDecoder):
    """A Memory -> sequences of vectors."""

    def __init__(
        self,
        options: Any,
        facts: FramesFacts,
        memory_size: int,
        final_sizes: tuple[int, ...],
        encoders: Mapping[str, Any],
    ) -> None:
        super().__init__(options, facts, memory_size, final_sizes, encoders)
        self.predicts_deviation = options.density == "gaussian"
