"""The encoder of vectors: z_t = h(W_e x_t + U_e z_{t-1}) over the rows of an array, each number normalised."""

from __future__ import annotations

from seqkit.models.vector_encoder import VectorEncoder


class FramesEncoder(VectorEncoder):
    """Sequences of vectors -> Memory, a step for each vector."""
