"""Deep recurrent networks for encoders and decoders; see `seqkit.nn.deep`.

Shapes: B sentences, T steps, D features of x, H of z. Sequences are padded on the right.
"""

from __future__ import annotations

from collections.abc import Sequence

from seqkit.inference.numpy.chains import Ids, Layer
from seqkit.inference.numpy.forms import NumpyRecurrence, State
from seqkit.inference.numpy.functions import Affine, LayerNorm
from seqkit.inference.numpy.weights import Array, Weights
from seqkit.models.options import Seq2SeqOptions


class DeepLayer:
    """A recurrent layer with optional layer normalisation and residual: x + LN(z) if sizes agree."""

    def __init__(
        self,
        weights: Weights,
        recurrence: type[NumpyRecurrence],
        input_size: int,
        options: Seq2SeqOptions,
        bidirectional: bool = False,
    ) -> None:
        self.layer = Layer.of(recurrence, weights, bidirectional)
        self._norm = LayerNorm(weights.part("norm"), options.hidden) if options.layer_norm else None
        self._residual = options.residual and input_size == options.hidden

    def __call__(self, x_TBD: Array, lengths_B: Ids | None) -> tuple[Array, State]:
        """x_TBD -> z_TBH, and the state after each sequence's last real step."""
        z_TBH, end = self.layer.with_end(x_TBD, lengths_B)
        return self._around(x_TBD, z_TBH), end

    def step(self, x_BD: Array, state: State) -> tuple[Array, State]:
        """Compute a step, in a layer of one chain."""
        chain = self.layer.forward_chain
        after = chain.advance(chain.prepare(x_BD), state)
        return self._around(x_BD, after[0]), after

    def _around(self, x: Array, z: Array) -> Array:
        z = z if self._norm is None else self._norm(z)
        return x + z if self._residual else z


class DeepEncoder:
    """Stacked layers, without output layer."""

    def __init__(
        self, weights: Weights, recurrence: type[NumpyRecurrence], input_size: int, options: Seq2SeqOptions
    ) -> None:
        sizes = [input_size] + [options.hidden] * (options.encoder_layers - 1)
        self._layers = [
            DeepLayer(weights.part(f"layers.{number}"), recurrence, size, options, options.bidirectional)
            for number, size in enumerate(sizes)
        ]

    def __call__(self, x_TBD: Array, lengths_B: Ids | None) -> tuple[Array, State]:
        """x_TBD -> the top layer's z_TBH, and its state after the last real step."""
        end: State = ()
        for layer in self._layers:
            x_TBD, end = layer(x_TBD, lengths_B)
        return x_TBD, end


class Bridge:
    """Maps the final state of an encoder to the initial state of each decoder layer."""

    def __init__(self, weights: Weights, chain: NumpyRecurrence) -> None:
        self._chain = chain
        names = [f"projections.{part}" for part in range(chain.state_parts)]
        self._projections = [Affine(weights.part(name)) if weights.has(name) else None for name in names]

    def __call__(self, final: State) -> State:
        """The initial states. Parts of other sizes are projected; parts that the encoder lacks are zero."""
        start: Sequence[Array] = [
            part if project is None else project(part)
            for project, part in zip(self._projections, final, strict=False)
        ]
        return (*start, *self._chain.initial_state(len(final[0]))[len(start) :])
