"""The decoder of strokes: Gaussians for dx, dy and pen; `generate` rounds the pen to 0 or 1."""

from seqkit.models.vector_decoder import VectorDecoder


class StrokesDecoder(VectorDecoder):
    """y_τ ~ N(μ_τ, σ_τ²), and with probability p_τ the drawing ends after it; all from o_τ."""

    def output_of(self, y_TD):
        """A drawing of the model's numbers."""
        y_TD[:, 2] = y_TD[:, 2] > 0.5
        return y_TD
