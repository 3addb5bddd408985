"""An element-wise recurrence, c_t = f_t c_{t-1} + (1 - f_t) u_t."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class _GatedScan(torch.autograd.Function):
    """The loop over time and its gradient, with one operation for each step."""

    @staticmethod
    def forward(ctx: Any, f_BTH: Tensor, u_BTH: Tensor, c0_BH: Tensor) -> Tensor:
        c_BTH = torch.empty_like(u_BTH, memory_format=torch.contiguous_format)
        before_BH = c0_BH
        for f_BH, u_BH, c_BH in zip(f_BTH.unbind(1), u_BTH.unbind(1), c_BTH.unbind(1), strict=True):
            torch.lerp(u_BH, before_BH, f_BH, out=c_BH)
            before_BH = c_BH
        ctx.save_for_backward(f_BTH, u_BTH, c0_BH, c_BTH)
        return c_BTH

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        f_BTH, u_BTH, c0_BH, c_BTH = ctx.saved_tensors
        # g_t = ∂loss/∂c_t = its own part + f_{t+1} g_{t+1}
        g_BTH = grads[0].clone(memory_format=torch.contiguous_format)
        steps = g_BTH.unbind(1)
        gates = f_BTH.unbind(1)
        for t in range(len(steps) - 2, -1, -1):
            steps[t].addcmul_(gates[t + 1], steps[t + 1])
        before_BTH = torch.cat([c0_BH[:, None], c_BTH[:, :-1]], dim=1)
        df_BTH = g_BTH * (before_BTH - u_BTH)
        return df_BTH, g_BTH - g_BTH * f_BTH, g_BTH[:, 0] * f_BTH[:, 0]


def gated_scan(f_BTH: Tensor, u_BTH: Tensor, c0_BH: Tensor) -> Tensor:
    """c_BTH with c_t = f_t c_{t-1} + (1 - f_t) u_t, from c_0.

    Args: f_BTH, gates between 0 and 1; u_BTH, the input where the gate is closed; c0_BH, the initial state.
    """
    c_BTH: Tensor = _GatedScan.apply(f_BTH, u_BTH, c0_BH)
    return c_BTH
