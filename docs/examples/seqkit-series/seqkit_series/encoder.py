"""The encoder. Override `forward` for a network of your own; it returns a `Memory`."""

from seqkit.models.vector_encoder import VectorEncoder


class SeriesEncoder(VectorEncoder):
    """z_t = h(W_e x_t + U_e z_{t-1}) over the steps x_t of a sequence."""

    unit = "steps"
