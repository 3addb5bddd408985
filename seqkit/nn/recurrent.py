"""Recurrent layers: z_t = f(x_t, z_{t-1}).

Shapes: B sentences, T time steps, D features of x_t, H features of z_t. Sequences are padded on the right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from seqkit.nn.initial import first_weights_wanted
from seqkit.nn.placement import all_real
from seqkit.nn.running import through_runners

State = tuple[Tensor, ...]
"""State of a layer between two time steps; its first part is z_BH."""


class Recurrence(nn.Module):
    """A layer z_t = f(x_t, z_{t-1}), the same f at every t.

    A plugin must implement `step` only. `forward` is a plain loop over time; a layer with a faster kernel overrides it,
    and the loop remains its reference. `seqkit.nn.fast_forms` has two optional interfaces for prediction.
    """

    state_parts: ClassVar[int] = 1
    """Number of tensors in the state: 1 for z alone, 2 for z and a memory cell."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        """Compute one time step: (x_t, previous state) -> (z_t, next state)."""
        raise NotImplementedError

    def keep_bias(self) -> Tensor | None:
        """The bias of the gate that keeps the state, (H,), a view of the parameter; None without such a gate.

        The larger the bias, the longer the state is kept.
        """
        return None

    def write_bias(self) -> Tensor | None:
        """The bias of a separate input gate, (H,); None without such a gate."""
        return None

    def matrices(self) -> dict[str, Tensor]:
        """The input matrix "W" and the recurrent matrix "U", where the layer has them: its parameters of these names.

        Override it if they have other names or belong to other modules.
        """
        own = dict(self.named_parameters(recurse=False))
        return {name: own[name] for name in ("W", "U") if name in own}

    def recurrent_matrices(self) -> list[Tensor]:
        """The square matrices U that multiply z_{t-1}, views of the parameters; an empty list without U."""
        U = dict(self.named_parameters()).get("U")
        square = U is not None and U.dim() == 2 and U.shape[1] == self.hidden_size
        return list(U.detach().split(self.hidden_size)) if U is not None and square else []

    def initial_state(self, x_BTD: Tensor) -> State:
        """The initial state: zeros."""
        return tuple(x_BTD.new_zeros(x_BTD.shape[0], self.hidden_size) for _ in range(self.state_parts))

    def __call__(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """As `forward`, by the runners that `seqkit.nn.running` has put in place."""
        return through_runners(_plain)(self, x_BTD, mask_BT, state)

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Compute all time steps, left to right.

        Args: x_BTD, padded on the right; mask_BT, padding mask, True at real steps (None: all are real); state, the
        initial state (None: zeros).
        Returns z_BTH (undefined at padded steps) and the state after each sequence's last real step.
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


def _plain(
    layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
) -> tuple[Tensor, State]:
    """The layer's own forward pass, with the hooks of `nn.Module`."""
    found: tuple[Tensor, State] = nn.Module.__call__(layer, x_BTD, mask_BT, state)
    return found


def one_step(layer: Recurrence, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
    """(z_t, state after it), by the layer's `step`, or by its `forward` of one step if it has no `step`."""
    if type(layer).step is not Recurrence.step:
        return layer.step(x_BD, state)
    z_B1H, after = layer.forward(x_BD[:, None], None, state)
    return z_B1H[:, 0], after


RecurrenceClass = Callable[[int, int], Recurrence]
"""Creates a layer from its sizes (D, H): usually a subclass of `Recurrence`."""


class KernelRecurrence(Recurrence):
    """A layer that uses one of torch's kernels (`nn.RNN`, `nn.GRU`, `nn.LSTM`).

    On a CPU the kernels are fastest on padded input, so nothing is packed. A layer whose state has parts that are not
    outputs (the cell of an LSTM) implements itself how padding leaves them unchanged.
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
        """Initialise W uniformly (Glorot & Bengio 2010), U of each gate orthogonally (Saxe et al. 2014), b to zero."""
        with torch.no_grad():
            for W_HD, U_HH in zip(self.W.chunk(self.gates), self.U.chunk(self.gates), strict=True):
                nn.init.xavier_uniform_(W_HD)
                nn.init.orthogonal_(U_HH)
            self.kernel.bias_ih_l0.zero_()
            self.kernel.bias_hh_l0.zero_()

    def matrices(self) -> dict[str, Tensor]:
        """W and U of the kernel."""
        return {"W": self.W, "U": self.U}

    def recurrent_matrices(self) -> list[Tensor]:
        """One for each gate."""
        return list(self.U.detach().chunk(self.gates))

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
        """Bias, (gates * H); torch stores it as a sum of two. (In a GRU, r multiplies one part of the bias of n.)"""
        return cast(Tensor, self.kernel.bias_ih_l0 + self.kernel.bias_hh_l0)

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        start = self._to_kernel(self.initial_state(x_BTD) if state is None else state)
        if mask_BT is None or all_real(mask_BT):
            z_BTH, end = self.kernel(x_BTD, start)
            return z_BTH, self._from_kernel(end)
        z_BTH = self.kernel(x_BTD, start)[0]
        return z_BTH, (state_after(z_BTH, mask_BT.sum(1), start[0]),)

    def _to_kernel(self, state: State) -> Tensor | State:
        parts = tuple(part[None].contiguous() for part in state)
        return parts if self.state_parts > 1 else parts[0]

    def _from_kernel(self, state: Tensor | State) -> State:
        parts = state if isinstance(state, tuple) else (state,)
        return tuple(part[0] for part in parts)


def reverse(x_BT: Tensor, lengths_B: Tensor | None) -> Tensor:
    """Reverse each sequence by its own length; padding stays on the right. The function is its own inverse.

    Args: x_BT, or x_BTD; lengths_B (None: all of length T).
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


def mask_of(lengths_B: Tensor, longest: int) -> Tensor:
    """The padding mask of sequences of these lengths, (B, longest): True at real steps."""
    return torch.arange(longest, device=lengths_B.device) < lengths_B[:, None]


def last_real(z_BTH: Tensor, lengths_B: Tensor) -> Tensor:
    """Select z_BH at each sequence's last real step."""
    index_B11 = (lengths_B - 1).clamp(min=0)[:, None, None]
    return z_BTH.gather(1, index_B11.expand(-1, 1, z_BTH.shape[2]))[:, 0]


def state_after(z_BTH: Tensor, lengths_B: Tensor, start_BH: Tensor) -> Tensor:
    """z_BH after each sequence's last real step; start_BH for empty sequences."""
    return torch.where(lengths_B[:, None] > 0, last_real(z_BTH, lengths_B), start_BH)
