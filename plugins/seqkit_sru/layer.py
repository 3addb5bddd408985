"""Simple recurrent unit (Lei, Zhang, Dai, Wang & Artzi 2018, D18-1477), without c_{t-1} as an input of the gates."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from seqkit.nn.affine import affine
from seqkit.nn.fast_forms import Prepared, PreparedInputs, gather_inputs
from seqkit.nn.initial import first_weights_wanted
from seqkit.nn.recurrent import Recurrence, State, state_after
from seqkit.nn.scan import gated_scan


class SRU(Recurrence, PreparedInputs):
    """f, r = σ(W x_t + b)        u, s = W x_t + b        (each with its own rows of W and b)

    c_t = f c_{t-1} + (1 - f) u        z_t = r c_t + (1 - r) s

    No matrix multiplies z_{t-1}: W x_t is computed for all t at once, and the loop over time has one multiplication for
    each feature. s replaces the paper's x_t, which would need as many features as z_t.
    """

    state_parts: ClassVar[int] = 2

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        self.W = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.b = nn.Parameter(torch.zeros(4 * hidden_size))
        if first_weights_wanted():
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Initialise W uniformly (Glorot & Bengio 2010) for each gate, and b to zero."""
        with torch.no_grad():
            for W_HD in self.W.chunk(4):
                nn.init.xavier_uniform_(W_HD)
            self.b.zero_()

    def keep_bias(self) -> Tensor:
        """The bias of f, which multiplies c_{t-1}."""
        return self.b.detach().chunk(4)[0]

    def prepare(self, x: Tensor) -> Prepared:
        """Compute [f ; r] and [u ; s]."""
        gates, values = affine(x, self.W, self.b).split(2 * self.hidden_size, dim=-1)
        return torch.sigmoid(gates), values

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        gates_B2H, values_B2H = self.prepare(x_BD)
        f, r, u, s = *gates_B2H.chunk(2, dim=-1), *values_B2H.chunk(2, dim=-1)
        c_BH = f * state[1] + (1 - f) * u
        z_BH = r * c_BH + (1 - r) * s
        return z_BH, (z_BH, c_BH)

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        state = self.initial_state(x_BTD) if state is None else state
        z_BTH, c_BTH = self._run(self.prepare(x_BTD), state[1])
        if mask_BT is None:
            return z_BTH, (z_BTH[:, -1], c_BTH[:, -1])
        count_B = mask_BT.sum(1)
        return z_BTH, (state_after(z_BTH, count_B, state[0]), state_after(c_BTH, count_B, state[1]))

    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        prepared_BT = gather_inputs(prepared_U, index_BT)
        first = prepared_BT[0]
        return self._run(prepared_BT, first.new_zeros(first.shape[0], self.hidden_size))[0]

    def _run(self, prepared_BT: Prepared, c0_BH: Tensor) -> tuple[Tensor, Tensor]:
        """Compute z_BTH and c_BTH."""
        # In bfloat16 a sum over many steps loses small terms, so the cell stays in float32.
        dtype = torch.promote_types(prepared_BT[1].dtype, torch.float32)
        gates_BT2H, values_BT2H = (part.to(dtype) for part in prepared_BT)
        f, r, u, s = *gates_BT2H.chunk(2, dim=-1), *values_BT2H.chunk(2, dim=-1)
        c_BTH = gated_scan(f, u, c0_BH.to(dtype))
        return torch.lerp(s, c_BTH, r).to(prepared_BT[1].dtype), c_BTH
