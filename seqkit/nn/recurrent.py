"""Recurrent layers: z_t = f(x_t, z_{t-1}).

Shapes: B sentences, T time steps, D features of x_t, H features of z_t. Sequences are padded on the right.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from seqkit.errors import PluginError, SeqkitError
from seqkit.extend.build import FIX, build
from seqkit.extend.manager import load, registry
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.initial import first_weights_wanted

State = tuple[Tensor, ...]
"""What a layer hands from one time step to the next; its first part is z_BH."""
Prepared = tuple[Tensor, ...]
"""What a layer makes of x_t alone."""


class Recurrence(nn.Module):
    """A layer z_t = f(x_t, z_{t-1}), the same f at every t.

    A plugin need only write `step`. `forward` here is the plain loop over time; a layer that has a faster
    kernel overrides it, and the loop stays its reference.
    """

    state_parts: ClassVar[int] = 1
    """Tensors in the state: 1 for z alone, 2 for z and a memory cell."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        """One time step: (x_t, state before it) -> (z_t, state after it)."""
        raise NotImplementedError

    def initial_state(self, x_BTD: Tensor) -> State:
        """The state before the first step: zeros."""
        return tuple(x_BTD.new_zeros(x_BTD.shape[0], self.hidden_size) for _ in range(self.state_parts))

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """All time steps, left to right.

        Args: x_BTD, padded on the right; mask_BT, True where a step is real (None: all are); the state to start from.
        Returns z_BTH (what stands at padded steps means nothing) and the state after each sequence's last real step.
        """
        state = self.initial_state(x_BTD) if state is None else state
        z_TBH = []
        for t in range(x_BTD.shape[1]):
            z_BH, after = self.step(x_BTD[:, t], state)
            if mask_BT is not None:
                real_B1 = mask_BT[:, t, None]
                after = tuple(torch.where(real_B1, new, old) for new, old in zip(after, state, strict=True))
            z_TBH.append(z_BH)
            state = after
        return torch.stack(z_TBH, dim=1), state

    def prepare(self, x: Tensor) -> Prepared:
        """All that the layer computes from x_t alone, whatever z_{t-1}; here x_t itself.

        A tagger that predicts does this once for each distinct word, not for each running one.
        """
        return (x,)

    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        """z_BTH, without gradient, of sequences whose x_t are those of U distinct words.

        Args: what `prepare` gave for them; which of them stands where. Padding may stand on the right.
        """
        return cast(Tensor, self(*taken(prepared_U, index_BT))[0])

    def in_int8(self) -> Recurrence:
        """The layer with products in int8 (`seqkit.nn.int8`), to predict with: x_t and z_t are int8, too.

        Raises SeqkitError where, as here, the layer offers none.
        """
        raise SeqkitError(
            f"the layer {type(self).__name__} has no form in int8",
            "Use bfloat16 or float32: --inference-dtype for one command, --set inference_dtype=… for a model.",
            exit_code=2,
        )


class KernelRecurrence(Recurrence):
    """A layer that runs on one of torch's kernels (`nn.RNN`, `nn.GRU`, `nn.LSTM`), parameters under their field names.

    On a CPU the kernels are fastest on padded input, so nothing is packed. A layer whose state has parts that are no
    output (LSTM) says itself how padding leaves them alone.
    """

    kernel_class: ClassVar[Callable[..., nn.RNNBase]]
    kernel: Any
    gates: ClassVar[int] = 1

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        self.kernel = type(self).kernel_class(input_size, hidden_size, batch_first=True)
        if first_weights_wanted():
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """W uniform (Glorot & Bengio 2010), each gate's U orthogonal (Saxe et al. 2014), b zero."""
        with torch.no_grad():
            for W_HD, U_HH in zip(self.W.chunk(self.gates), self.U.chunk(self.gates), strict=True):
                nn.init.xavier_uniform_(W_HD)
                nn.init.orthogonal_(U_HH)
            self.kernel.bias_ih_l0.zero_()
            self.kernel.bias_hh_l0.zero_()

    @property
    def W(self) -> Tensor:
        """Input matrix, (gates * H, D)."""
        return cast(Tensor, self.kernel.weight_ih_l0)

    @property
    def U(self) -> Tensor:
        """Recurrent matrix, (gates * H, H)."""
        return cast(Tensor, self.kernel.weight_hh_l0)

    @property
    def b(self) -> Tensor:
        """Bias, (gates * H), which torch keeps as a sum of two. (In a GRU r multiplies one part of n's.)"""
        return cast(Tensor, self.kernel.bias_ih_l0 + self.kernel.bias_hh_l0)

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        start = self._to_kernel(self.initial_state(x_BTD) if state is None else state)
        if mask_BT is None or bool(mask_BT.all()):
            z_BTH, end = self.kernel(x_BTD, start)
            return z_BTH, self._from_kernel(end)
        z_BTH = self.kernel(x_BTD, start)[0]
        return z_BTH, (state_after(z_BTH, mask_BT.sum(1), start[0]),)

    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        return cast(Tensor, self.kernel(*taken(prepared_U, index_BT))[0])

    def _to_kernel(self, state: State) -> Tensor | State:
        parts = tuple(part[None].contiguous() for part in state)
        return parts if self.state_parts > 1 else parts[0]

    def _from_kernel(self, state: Tensor | State) -> State:
        parts = state if isinstance(state, tuple) else (state,)
        return tuple(part[0] for part in parts)


def make_recurrence(name: str, input_size: int, hidden_size: int) -> Recurrence:
    """The registered recurrence of that name. Raises SeqkitError where no plugin offers it, or it is no layer."""
    from seqkit.nn.layer_check import fault_of_layer

    registered = registry().registered("recurrences", name)
    reference = registered.spec.layer
    layer = load(reference)
    fault = ""
    if not (isinstance(layer, type) and issubclass(layer, Recurrence)):
        fault = f"{reference} is no seqkit.nn.recurrent.Recurrence"
    elif layer.step is Recurrence.step and layer.forward is Recurrence.forward:
        fault = f"{reference} has neither `step` nor `forward`"
    if not fault:
        made = cast(Recurrence, build("recurrences", name, input_size, hidden_size))
        fault = "" if registered.builtin else fault_of_layer(made)
    if fault:
        raise PluginError(f"{registered.who}, recurrence '{name}': {fault}", FIX)
    return made


def taken(prepared_U: Prepared, index_BT: Tensor) -> Prepared:
    """The parts of each word. They lie in memory step by step, as kernels and loops over time read them."""
    return tuple(part_U[index_BT.T].transpose(0, 1) for part_U in prepared_U)


def reverse(x_BT: Tensor, lengths_B: Tensor | None) -> Tensor:
    """Each sequence back to front by its own length; padding stays on the right. Its own inverse.

    Args: x_BT, or x_BTD; lengths (None: all of length T).
    """
    if lengths_B is None:
        return x_BT.flip(1)
    B, T = x_BT.shape[:2]
    t_T1 = torch.arange(T, device=x_BT.device)[:, None]
    mirrored_TB = lengths_B - 1 - t_T1
    # Rows of a matrix are many times faster to take than `gather` takes numbers, and to add to in the gradient.
    row_TB = torch.where(mirrored_TB >= 0, mirrored_TB, t_T1) * B + torch.arange(B, device=x_BT.device)
    x_N = x_BT.transpose(0, 1).flatten(0, 1)
    return x_N.index_select(0, row_TB.flatten()).unflatten(0, (T, B)).transpose(0, 1)


class Layer(nn.Module):
    """One layer of chains: left to right, and, where asked for, a second one right to left that never meets the first.

    z_t = [forward z_t ; backward z_t], joined only here, at the output, so the graph stays acyclic
    (Schuster & Paliwal 1997).
    """

    def __init__(self, recurrence: str, input_size: int, hidden_size: int, bidirectional: bool) -> None:
        super().__init__()
        self.forward_chain = make_recurrence(recurrence, input_size, hidden_size)
        self.backward_chain = make_recurrence(recurrence, input_size, hidden_size) if bidirectional else None
        self.output_size = hidden_size * (2 if bidirectional else 1)

    def forward(self, x_BTD: Tensor, lengths_B: Tensor | None = None) -> Tensor:
        """x_BTD, lengths (None: all of length T) -> z_BTH, or z_BT(2H) for two chains."""
        # Padding stands on the right: it cannot reach back to a real step.
        forward_BTH: Tensor = self.forward_chain(x_BTD)[0]
        if self.backward_chain is None:
            return forward_BTH
        backward_BTH = self.backward_chain(reverse(x_BTD, lengths_B))[0]
        return _joined(forward_BTH, reverse(backward_BTH, lengths_B))

    def round_to_int8(self) -> None:
        """Put chains with products in int8 into the place of these. Raises SeqkitError where a chain has none."""
        self.forward_chain = self.forward_chain.in_int8()
        if self.backward_chain is not None:
            self.backward_chain = self.backward_chain.in_int8()

    def prepare(self, x: Tensor) -> list[Prepared]:
        """What each chain makes of x_t alone."""
        chains = (self.forward_chain, self.backward_chain)
        return [chain.prepare(x) for chain in chains if chain is not None]

    def looked_up(
        self, prepared_U: list[Prepared], index_BT: Tensor, lengths_B: Tensor | None = None
    ) -> Tensor:
        """As `forward` on sequences whose x_t are those of distinct words, prepared already. Without gradient."""
        forward_BTH = self.forward_chain.outputs(prepared_U[0], index_BT)
        if self.backward_chain is None:
            return forward_BTH
        backward_BTH = self.backward_chain.outputs(prepared_U[1], reverse(index_BT, lengths_B))
        return _joined(forward_BTH, reverse(backward_BTH, lengths_B))


def _joined(forward_BTH: Tensor, backward_BTH: Tensor) -> Tensor:
    """[forward ; backward], in memory step by step: the kernels of the next layer would copy any other order."""
    return torch.cat([forward_BTH.transpose(0, 1), backward_BTH.transpose(0, 1)], dim=-1).transpose(0, 1)


class Stack(nn.Module):
    """Layers on top of each other: the states of layer l are the inputs of layer l+1 (El Hihi & Bengio 1996)."""

    def __init__(
        self,
        recurrence: str,
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

    def rounded(self, compute: str) -> Stack:
        """A copy to predict with, in a number format: bfloat16, or int8, where z_BTH comes in int8."""
        copy = deepcopy(self)
        if compute != "int8":
            return copy.to(getattr(torch, compute))
        for layer in copy.layers:
            cast(Layer, layer).round_to_int8()
        return copy

    def prepare(self, x: Tensor) -> list[Prepared]:
        """What the lowest layer's chains make of x_t alone."""
        return cast(Layer, self.layers[0]).prepare(x)

    def looked_up(
        self, prepared_U: list[Prepared], index_BT: Tensor, lengths_B: Tensor | None = None
    ) -> Tensor:
        """As `forward`, from what the lowest layer has prepared of each distinct word. Without gradient."""
        z_BTH = self.dropout(cast(Layer, self.layers[0]).looked_up(prepared_U, index_BT, lengths_B))
        return self._rest(1, z_BTH, lengths_B)

    def _rest(self, first: int, z_BTH: Tensor, lengths_B: Tensor | None) -> Tensor:
        for layer in self.layers[first:]:
            z_BTH = self.dropout(layer(z_BTH, lengths_B))
        return z_BTH


def mask_of(lengths_B: Tensor, longest: int) -> Tensor:
    """True where a step is real, (B, longest)."""
    return torch.arange(longest, device=lengths_B.device) < lengths_B[:, None]


def last_real(z_BTH: Tensor, lengths_B: Tensor) -> Tensor:
    """z_BH at each sequence's last real step."""
    index_B11 = (lengths_B - 1).clamp(min=0)[:, None, None]
    return z_BTH.gather(1, index_B11.expand(-1, 1, z_BTH.shape[2]))[:, 0]


def state_after(z_BTH: Tensor, lengths_B: Tensor, start_BH: Tensor) -> Tensor:
    """z_BH after each sequence's last real step; the start where there is no step."""
    return torch.where(lengths_B[:, None] > 0, last_real(z_BTH, lengths_B), start_BH)
