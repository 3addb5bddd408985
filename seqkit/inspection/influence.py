"""Compute ‖∂z_t/∂x_s‖ for all states and inputs of one example.

In a chain from left to right it is 0 for s > t. A bidirectional layer has two such triangular matrices; its chains are
joined only at the output, so that the graph is acyclic.

Shapes: R rows (copies of the example, one probe each), S input steps, T states, D features of x_s, H of z_t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from seqkit.inspection.tracing import Chain, Traces, batch_of, tracing
from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.running import Call, running
from seqkit.tasks.inspecting import Subject

PROBES = 64
"""Maximum copies of the example. With one copy per feature the norm is exact; with fewer, its square is unbiased."""


@contextmanager
def entering(model: nn.Module, names: list[str], change: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """A context in which the input x_BSD of each of these modules is replaced by `change(x_BSD)`."""
    modules = [model.get_submodule(name) for name in names]
    layers = [module for module in modules if isinstance(module, Recurrence)]

    def before(module: nn.Module, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return change(arguments[0]), *arguments[1:]

    def run(
        call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        return call(layer, change(x_BTD) if layer in layers else x_BTD, mask_BT, state)

    hooks = [module.register_forward_pre_hook(before) for module in modules if module not in layers]
    try:
        with running(run):
            yield
    finally:
        for hook in hooks:
            hook.remove()


@dataclass(frozen=True)
class Influence:
    """‖∂z_t/∂x_s‖ of one chain, in the order of the text for both reading directions."""

    chain: str
    """Name of the chain."""
    norms_TS: list[list[float]]
    rows: list[str]
    """Names of the T states."""
    columns: list[str]
    """Names of the S inputs."""
    exact: bool
    """Whether the norms are exact, not estimated from random probes."""


def influence(subject: Subject, index: int, chains: list[Chain]) -> list[Influence]:
    """Compute the influence matrices of several chains for the example `index`."""
    rows = min(max(chain.layer.hidden_size for chain in chains), PROBES)
    inputs: list[Tensor] = []

    def watch(x_BSD: Tensor) -> Tensor:
        inputs.append(x_BSD.detach().requires_grad_())
        return inputs[-1]

    with tracing() as traces, entering(subject.model, subject.entries(), watch):
        subject.step_losses(batch_of(subject, [index] * rows))
    results = [_of_chain(subject, index, chain, traces, inputs, rows) for chain in chains]
    return [one for one in results if one is not None]


def _of_chain(
    subject: Subject, index: int, chain: Chain, traces: Traces, inputs: list[Tensor], rows: int
) -> Influence | None:
    trace = traces.of(chain.layer)
    if trace is None or trace.rows != rows:
        return None
    probes_RH = _probes(rows, chain.layer.hidden_size, inputs[0].dtype)
    norms = []
    for z_RH in trace.outputs:
        total = (z_RH * probes_RH).sum()
        gradients = torch.autograd.grad(total, inputs, retain_graph=True, allow_unused=True)
        parts = [
            torch.zeros(x.shape[1], dtype=x.dtype) if g is None else g.square().sum((0, 2))
            for x, g in zip(inputs, gradients, strict=True)
        ]
        norms.append(torch.cat(parts).sqrt().tolist())
    writes = subject.reads_then_writes and not subject.reads_source(chain.name)
    names = subject.output_names(index) if writes else subject.input_names(index)
    if chain.backward:
        norms.reverse()
    columns = subject.input_names(index)
    exact = rows >= chain.layer.hidden_size
    return Influence(chain.name, norms[: len(names)], names[: len(norms)], columns, exact)


def _probes(rows: int, size: int, dtype: torch.dtype) -> Tensor:
    """Vectors v_RH with Σ_r ‖v_r J‖² = ‖J‖_F²: exactly if rows = size, in expectation for fewer rows."""
    if rows >= size:
        return torch.eye(rows, dtype=dtype)[:, :size]
    generator = torch.Generator().manual_seed(1)
    basis = torch.linalg.qr(torch.randn(size, rows, generator=generator, dtype=torch.float64)).Q
    return (basis.T * (size / rows) ** 0.5).to(dtype)
