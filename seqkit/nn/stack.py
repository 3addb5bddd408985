"""Recurrent layers with one or two directions, and stacks of them.

Shapes: B sentences, T time steps, D features of x_t, H features of z_t, U distinct x_t. Padding is on the right.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from seqkit.nn.dropout import SharedDropout
from seqkit.nn.fast_forms import Int8Chain, Prepared, in_int8, outputs, prepare
from seqkit.nn.recurrent import Recurrence, RecurrenceClass, reverse


class ChainLayer(nn.Module):
    """A chain from left to right and, optionally, a second, independent one from right to left.

    z_t = [forward z_t ; backward z_t] is joined at the output only, so the graph stays acyclic
    (Schuster & Paliwal 1997).
    """

    def __init__(
        self, forward_chain: Recurrence | Int8Chain, backward_chain: Recurrence | Int8Chain | None
    ) -> None:
        super().__init__()
        self.forward_chain, self.backward_chain = forward_chain, backward_chain

    def prepare(self, x: Tensor) -> list[Prepared]:
        """The results of each chain that depend only on x_t, for `forward_from_table`."""
        chains = (self.forward_chain, self.backward_chain)
        return [prepare(chain, x) for chain in chains if chain is not None]

    def forward_from_table(
        self, prepared_U: list[Prepared], index_BT: Tensor, lengths_B: Tensor | None = None
    ) -> Tensor:
        """As `forward` on sequences of distinct x_t, which `prepare` has seen. Without gradient."""
        forward_BTH = outputs(self.forward_chain, prepared_U[0], index_BT)
        if self.backward_chain is None:
            return forward_BTH
        backward_BTH = outputs(self.backward_chain, prepared_U[1], reverse(index_BT, lengths_B))
        return joined(forward_BTH, reverse(backward_BTH, lengths_B))


class Layer(ChainLayer):
    """A layer of a recurrence."""

    forward_chain: Recurrence
    backward_chain: Recurrence | None

    def __init__(
        self, recurrence: RecurrenceClass, input_size: int, hidden_size: int, bidirectional: bool
    ) -> None:
        forward_chain = recurrence(input_size, hidden_size)
        super().__init__(forward_chain, recurrence(input_size, hidden_size) if bidirectional else None)
        self.output_size = hidden_size * (2 if bidirectional else 1)

    def forward(self, x_BTD: Tensor, lengths_B: Tensor | None = None) -> Tensor:
        """x_BTD, lengths (None: all of length T) -> z_BTH, or z_BT(2H) for two chains."""
        # Padding is on the right and cannot affect real steps.
        forward_BTH: Tensor = self.forward_chain(x_BTD)[0]
        if self.backward_chain is None:
            return forward_BTH
        backward_BTH = self.backward_chain(reverse(x_BTD, lengths_B))[0]
        return joined(forward_BTH, reverse(backward_BTH, lengths_B))


class Int8Layer(ChainLayer):
    """A layer in int8, for prediction."""

    forward_chain: Int8Chain
    backward_chain: Int8Chain | None

    def __init__(self, layer: Layer) -> None:
        """Quantise a layer. Raises SeqkitError if it has no int8 form."""
        backward = layer.backward_chain
        super().__init__(in_int8(layer.forward_chain), None if backward is None else in_int8(backward))

    def forward(self, x_BTD: Tensor, lengths_B: Tensor | None = None) -> Tensor:
        """As `Layer.forward`, with x_BTD and z_BTH in int8."""
        forward_BTH: Tensor = self.forward_chain(x_BTD)
        if self.backward_chain is None:
            return forward_BTH
        backward_BTH = self.backward_chain(reverse(x_BTD, lengths_B))
        return joined(forward_BTH, reverse(backward_BTH, lengths_B))


def joined(forward_BTH: Tensor, backward_BTH: Tensor) -> Tensor:
    """[forward ; backward] in time-major memory order; the kernels of the next layer would copy any other order."""
    return torch.cat([forward_BTH.transpose(0, 1), backward_BTH.transpose(0, 1)], dim=-1).transpose(0, 1)


class Stack(nn.Module):
    """Stacked layers: the states of layer l are the inputs of layer l+1 (El Hihi & Bengio 1996)."""

    def __init__(
        self,
        recurrence: RecurrenceClass,
        input_size: int,
        hidden_size: int,
        layers: int,
        bidirectional: bool,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        self.output_size = input_size
        for _ in range(layers):
            layer = Layer(recurrence, self.output_size, hidden_size, bidirectional)
            self.layers.append(layer)
            self.output_size = layer.output_size
        self.dropout = SharedDropout(dropout)

    def forward(self, x_BTD: Tensor, lengths_B: Tensor | None = None) -> Tensor:
        """x_BTD -> the top layer's z_BTH."""
        return self._rest(0, x_BTD, lengths_B)

    def prepare(self, x: Tensor) -> list[Prepared]:
        """The results of the lowest layer's chains that depend only on x_t."""
        return cast(ChainLayer, self.layers[0]).prepare(x)

    def forward_from_table(
        self, prepared_U: list[Prepared], index_BT: Tensor, lengths_B: Tensor | None = None
    ) -> Tensor:
        """As `forward` on sequences of distinct x_t, which `prepare` has seen. Without gradient."""
        lowest = cast(ChainLayer, self.layers[0])
        z_BTH = self.dropout(lowest.forward_from_table(prepared_U, index_BT, lengths_B))
        return self._rest(1, z_BTH, lengths_B)

    def _rest(self, first: int, z_BTH: Tensor, lengths_B: Tensor | None) -> Tensor:
        for layer in self.layers[first:]:
            z_BTH = self.dropout(layer(z_BTH, lengths_B))
        return z_BTH
