"""Whether solving all steps at once is faster than the loop: counted, not timed.

A model of time: every operation on tensors costs a fixed time, and products cost their multiplications. The loop needs
its operations T times, one after the other; Newton's method needs few, but T N³ multiplications an iteration for
Jacobians of N × N. The constants are of the order that was measured for torch on a CPU.

Shapes: B sequences, T steps, N numbers of the state.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from seqkit.nn.recurrent import Recurrence
from seqkit.nn.time_parallel.steps import DIRECTIONS, Form, LayerSteps

OPERATION, KERNEL_STEP, RATE = 3e-6, 5e-6, 4e9
"""On a CPU: seconds of one operation on small tensors, seconds of one step within a fused kernel, and multiplications a
second and thread in products of matrices."""
OPERATION_GPU, KERNEL_STEP_GPU, RATE_GPU = 6e-6, 8e-6, 2e12
"""The same on other devices: assumed, nothing was measured there."""
SLOWER = 20
"""How many times slower products of tiny matrices are than RATE: they are element-wise, with temporary tensors."""
TREE = 9
"""Operations of one level of a scan."""
PASSES = 3
"""Work of a forward and a backward pass, in forward passes."""


@dataclass(frozen=True)
class Work:
    """What a forward pass of a layer takes for each step."""

    operations: float
    """Calls of torch a step, in the layer's own forward pass; 0 for a fused kernel."""
    multiplications: float
    """In products of matrices, a step and sequence."""


class _Calls(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.count += 1
        return func(*args, **(kwargs or {}))


@torch.no_grad()
def work_of(layer: Recurrence, like: Tensor) -> Work:
    """Count the operations and multiplications of a step, on zeros."""

    def calls(T: int) -> int:
        with _Calls() as counter:
            layer.forward(like.new_zeros(1, T, layer.input_size))
        return counter.count

    x_BTD = like.new_zeros(1, 1, layer.input_size)
    state = layer.initial_state(x_BTD)
    steps = LayerSteps(layer, x_BTD, None, tuple(part.shape[-1] for part in state))
    with FlopCounterMode(display=False) as flops, torch.enable_grad():
        steps.values(torch.cat(state, dim=-1)[:, None])
    return Work((calls(12) - calls(4)) / 8, flops.get_total_flops() / 2)


def loop_seconds(work: Work, B: int, T: int, device: str, threads: int) -> float:
    """Of a training step through the loop or kernel."""
    operation, kernel, rate = _constants(device, threads)
    a_step = work.operations * operation if work.operations >= 1 else kernel
    return PASSES * T * (a_step + B * work.multiplications / rate)


def parallel_seconds(
    work: Work, steps: LayerSteps, form: Form, exact: Form, iterations: float, device: str, threads: int
) -> float:
    """Of a training step by Newton's method: iterations, certificate, and the adjoint scan."""
    if not math.isfinite(iterations):
        return math.inf
    (B, T), N = steps.shape, sum(steps.sizes)
    operation, _, rate = _constants(device, threads)
    levels = max(1, math.ceil(math.log2(T)))
    calls = (iterations + 2) * (levels * TREE + max(work.operations, 8.0) * math.ceil(N / DIRECTIONS))
    own, products = _jacobian(steps, form, work)
    whole, whole_products = _jacobian(steps, exact, work)
    # Squarings for the bounds of norms, on twice as many matrices as steps; a matrix of one number needs none.
    norms = 7 * whole_products if exact == "dense" or len(steps.sizes) > 1 else 0.0
    multiplications = iterations * (own + products) + 3 * (whole + whole_products) + norms
    return calls * operation + B * T * (multiplications + 3 * work.multiplications) / rate


def _jacobian(steps: LayerSteps, form: Form, work: Work) -> tuple[float, float]:
    """Multiplications a step of a Jacobian, counted on one step, and of the products of a scan."""
    N, parts = sum(steps.sizes), len(steps.sizes)
    x_BTD, before_BTN = steps.x_BTD[:1, :1].detach(), steps.x_BTD.new_zeros(1, 1, N)
    with FlopCounterMode(display=False) as flops:
        LayerSteps(steps.layer, x_BTD, None, steps.sizes).jacobians(before_BTN, form)
    pushed = max(work.operations, 8.0) * N * (parts if form == "separable" else N)
    products = float(N**3) if form == "dense" else float(SLOWER * N * parts**2)
    return flops.get_total_flops() / 2 + pushed, products


def _constants(device: str, threads: int) -> tuple[float, float, float]:
    if device == "cpu":
        return OPERATION, KERNEL_STEP, RATE * max(1, threads)
    return OPERATION_GPU, KERNEL_STEP_GPU, RATE_GPU
