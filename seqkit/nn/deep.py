"""Deep recurrent networks of encoders and decoders: normalisation, residual connections, initial and final states.

Shapes: B sentences, T steps, D features of x, H of z. Sequences are padded on the right.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.affine import Affine
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import Recurrence, RecurrenceClass, State, reverse


class DeepLayer(nn.Module):
    """A recurrent layer with optional dropout, layer normalisation and residual: x + LN(z) if sizes agree."""

    def __init__(
        self,
        recurrence: RecurrenceClass,
        input_size: int,
        hidden_size: int,
        *,
        bidirectional: bool = False,
        dropout: float = 0.0,
        layer_norm: bool = False,
        residual: bool = False,
    ) -> None:
        super().__init__()
        chain_size = hidden_size // 2 if bidirectional else hidden_size
        self.forward_chain = recurrence(input_size, chain_size)
        self.backward_chain = recurrence(input_size, chain_size) if bidirectional else None
        self.norm = nn.LayerNorm(hidden_size) if layer_norm else None
        self.residual = residual and input_size == hidden_size
        self.dropout = SharedDropout(dropout)

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """x_BTD -> z_BTH, and the state after each sequence's last real step.

        With two chains, z_t = [forward ; backward], and the state concatenates the final states of both.
        """
        z_BTH, end = self.forward_chain(x_BTD, mask_BT, state)
        if self.backward_chain is not None:
            lengths_B = None if mask_BT is None else mask_BT.sum(1)
            back_BTH, back_end = self.backward_chain(reverse(x_BTD, lengths_B), mask_BT)
            z_BTH = torch.cat([z_BTH, reverse(back_BTH, lengths_B)], dim=-1)
            end = tuple(torch.cat(ends, dim=-1) for ends in zip(end, back_end, strict=True))
        return self._around(x_BTD, z_BTH), end

    def outputs(self, x_BTD: Tensor, state: State) -> Tensor:
        """Compute z_BTH from an initial state; the input may be padded on the right."""
        return self._around(x_BTD, self.forward_chain(x_BTD, None, state)[0])

    def step(self, x_BD: Tensor, state: State, mask_BH: Tensor | None = None) -> tuple[Tensor, State]:
        """Compute one step of a layer with one chain. mask_BH is the dropout mask, constant over time."""
        z_BH, after = self.forward_chain.step(x_BD, state)
        z_BH = z_BH if self.norm is None else self.norm(z_BH)
        z_BH = z_BH if mask_BH is None else z_BH * mask_BH
        return (x_BD + z_BH if self.residual else z_BH), after

    def _around(self, x_BTD: Tensor, z_BTH: Tensor) -> Tensor:
        z_BTH = self.dropout(z_BTH if self.norm is None else self.norm(z_BTH))
        return x_BTD + z_BTH if self.residual else z_BTH


class DeepEncoder(nn.Module):
    """Stacked layers z_t = h(W_e x_t + U_e z_{t-1}) without an output layer."""

    def __init__(
        self, recurrence: RecurrenceClass, input_size: int, hidden_size: int, layers: int, **around: object
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for number in range(layers):
            size = input_size if number == 0 else hidden_size
            self.layers.append(DeepLayer(recurrence, size, hidden_size, **around))  # type: ignore[arg-type]
        self.state_parts: int = self.layers[0].forward_chain.state_parts  # type: ignore[union-attr, assignment]
        self.final_sizes = (hidden_size,) * self.state_parts
        """Sizes of the parts of the state after the last step."""

    def forward(self, x_BTD: Tensor, mask_BT: Tensor | None = None) -> tuple[Tensor, State]:
        """x_BTD -> the top layer's z_BTH, and its state after the last real step."""
        end: State = ()
        for layer in self.layers:
            x_BTD, end = layer(x_BTD, mask_BT)
        return x_BTD, end


class Bridge(nn.Module):
    """Maps the final state of an encoder to the initial state of each decoder layer.

    Parts with equal sizes are copied, others projected; a part that the encoder lacks (the memory cell, after a GRU) is
    zero.
    """

    def __init__(self, sizes: tuple[int, ...], layer: Recurrence, layers: int) -> None:
        super().__init__()
        self.layers, self.parts, self.hidden_size = layers, layer.state_parts, layer.hidden_size
        given = sizes[: self.parts]
        self.projections = nn.ModuleList(
            Affine(size, self.hidden_size) if size != self.hidden_size else nn.Identity() for size in given
        )

    def forward(self, final: State) -> list[State]:
        """The encoder's final state -> one initial state for each decoder layer."""
        start = [project(part) for project, part in zip(self.projections, final, strict=False)]
        start += [final[0].new_zeros(final[0].shape[0], self.hidden_size)] * (self.parts - len(start))
        return [tuple(start) for _ in range(self.layers)]
