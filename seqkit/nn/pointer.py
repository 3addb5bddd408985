"""Pointer-generator output layer (Gu et al. 2016; See et al. 2017): a symbol is generated, or copied from the source.

    P(y) = g softmax(V o + b)[y] + (1 - g) Σ_{s: x_s = y} a_s        g = σ(w · o + c)

a is the attention of the step, x_s the symbol of source step s. Everything is computed in log space.

Shapes: B sentences, T decoder steps, N steps or rows, S source steps, O features of o, V symbols.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

LEAST = 1e-20
"""Attention on a symbol that is not in the source, so that its logarithm is finite in float32."""


class Copies(NamedTuple):
    """The source symbols that each step may copy. The leading dimensions are (B, T), or (N,) after `at`."""

    gate_N: Tensor
    """The logit of g."""
    symbols_NS: Tensor
    c_NS: Tensor
    """Σ_{s': x_s' = x_s} a_s': the attention on all source steps that have the symbol of step s."""
    first_NS: Tensor
    """True where a symbol occurs in the source for the first time; False at padding."""

    def at(self, mask_BT: Tensor) -> Copies:
        """The copies of the steps where the mask is True, (N,)."""
        return Copies(*(part[mask_BT] for part in self))

    def of(self, y_N: Tensor) -> Tensor:
        """The attention on a symbol of each step, 0 if the source does not have it, (N,)."""
        return self.c_NS.masked_fill((self.symbols_NS != y_N[:, None]) | ~self.first_NS, 0).sum(-1)


class Pointer(nn.Module):
    """The gate g, and the attention summed over equal source symbols."""

    def __init__(self, output_size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(output_size, 1)
        nn.init.zeros_(self.gate.bias)

    def forward(self, o_BTO: Tensor, a_BTS: Tensor, symbols_BS: Tensor, mask_BS: Tensor | None) -> Copies:
        """o_BTO and the attention a_BTS -> what each step may copy."""
        # Under autocast both are bfloat16; sums of probabilities need more.
        dtype = self.gate.weight.dtype
        gate_BT = self.gate(o_BTO)[..., 0].to(dtype)
        equal_BSS = symbols_BS[:, :, None] == symbols_BS[:, None, :]
        if mask_BS is not None:
            equal_BSS = equal_BSS & mask_BS[:, None, :] & mask_BS[:, :, None]
        with torch.autocast(o_BTO.device.type, enabled=False):
            c_BTS = torch.bmm(a_BTS.to(dtype), equal_BSS.to(dtype))
        first_BS = equal_BSS.tril(-1).sum(-1) == 0
        first_BS = first_BS if mask_BS is None else first_BS & mask_BS
        symbols_BTS = symbols_BS[:, None].expand_as(c_BTS)
        return Copies(gate_BT, symbols_BTS, c_BTS, first_BS[:, None].expand_as(c_BTS))


def log_mixture(log_p: Tensor, gate: Tensor, c: Tensor) -> Tensor:
    """log(g p + (1 - g) c) with g = σ(gate), for tensors of one shape."""
    return torch.logaddexp(
        logsigmoid(gate) + log_p,
        logsigmoid(-gate) + c.clamp(min=LEAST).log(),
    )


def mixed_log_probs(log_p_NV: Tensor, copies: Copies) -> Tensor:
    """log P of all symbols, (N, V), from log softmax(V o + b). Overwrites its input if that needs no gradient."""
    gate_N1 = copies.gate_N[:, None]
    log_p_NS = log_p_NV.gather(1, copies.symbols_NS)
    gain_NS = copy_gain(log_p_NS, gate_N1.expand_as(log_p_NS), copies.c_NS, copies.first_NS)
    if log_p_NV.requires_grad or gain_NS.requires_grad:
        return (log_p_NV + logsigmoid(gate_N1)).scatter_add(1, copies.symbols_NS, gain_NS)
    return log_p_NV.add_(logsigmoid(gate_N1)).scatter_add_(1, copies.symbols_NS, gain_NS)


def copy_gain(log_p_NS: Tensor, gate_NS: Tensor, c_NS: Tensor, first_NS: Tensor) -> Tensor:
    """log P(x_s) - log(g p(x_s)): the gain of each source symbol by copying; 0 at its later occurrences."""
    gain_NS = log_mixture(log_p_NS, gate_NS, c_NS) - (logsigmoid(gate_NS) + log_p_NS)
    return gain_NS.masked_fill(~first_NS, 0)
