"""Record the states of all recurrent layers of a model while it runs, with their history for gradients.

Shapes: B sequences, T time steps, D features of x_t, H features of z_t, N = T B rows of all steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.nn.deep import DeepLayer
from seqkit.nn.placement import placed_for
from seqkit.nn.recurrent import Recurrence, State, one_step
from seqkit.nn.running import Call, running
from seqkit.nn.stack import ChainLayer
from seqkit.tasks.inspecting import Subject
from seqkit.training.batch_loss import in_dtype


@dataclass(frozen=True)
class Trace:
    """The states of one call of a recurrent layer, in the layer's reading order."""

    layer: Recurrence
    inputs: list[Tensor]
    """x_BD at each step."""
    states: list[State]
    """The state before the first step, then the state after each step."""
    outputs: list[Tensor]
    """z_BH at each step."""

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return len(self.inputs)

    @property
    def rows(self) -> int:
        """Number of sequences B."""
        return len(self.inputs[0])


@dataclass
class Traces:
    """A runner (`seqkit.nn.running`) that computes each layer by a loop over its steps and stores all states.

    The loop is the reference of the layer's kernel, and equals it up to rounding.
    """

    calls: list[Trace] = field(default_factory=list)

    def __call__(
        self, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        """Compute the steps of a layer one by one."""
        state = layer.initial_state(x_BTD) if state is None else state
        trace = Trace(layer, list(x_BTD.unbind(1)), [state], [])
        for t, x_BD in enumerate(trace.inputs):
            z_BH, after = one_step(layer, x_BD, state)
            if mask_BT is not None:
                real_B1 = mask_BT[:, t, None]
                after = tuple(torch.where(real_B1, new, old) for new, old in zip(after, state, strict=True))
            state = after
            trace.states.append(state)
            trace.outputs.append(z_BH)
        self.calls.append(trace)
        return torch.stack(trace.outputs, dim=1), state

    def of(self, layer: Recurrence) -> Trace | None:
        """Return the trace of the longest call of a layer; None if it was not called."""
        traces = [trace for trace in self.calls if trace.layer is layer and trace.steps]
        return max(traces, key=lambda trace: trace.steps, default=None)


def every_step(trace: Trace) -> tuple[Tensor, State]:
    """Return x_ND, and the states before all N = T B steps, concatenated by step, without history."""
    x_ND = torch.cat(trace.inputs).detach()
    parts = zip(*trace.states[:-1], strict=True)
    return x_ND, tuple(torch.cat(part).detach() for part in parts)


@contextmanager
def tracing() -> Iterator[Traces]:
    """A context in which the calls of recurrent layers are recorded."""
    traces = Traces()
    with running(traces):
        yield traces


def batch_of(subject: Subject, indices: Sequence[int]) -> Any:
    """Collate examples for a model, on its device and in its number format."""
    dtype = next(iter(subject.model.parameters())).dtype
    batch = in_dtype(subject.collate(indices), str(dtype).removeprefix("torch."))
    return placed_for(subject.model, batch)


@dataclass(frozen=True)
class Chain:
    """A recurrent layer of a model, and its reading direction."""

    name: str
    """Name of the module, such as `network.layers.0.forward_chain`."""
    layer: Recurrence
    backward: bool = False
    """Whether it reads from right to left."""


def chains_of(model: nn.Module, below: str = "") -> list[Chain]:
    """Return the recurrent layers of a model in the order of its modules. Args: below, prefix of their names."""
    backward = {
        id(module.backward_chain)
        for module in model.modules()
        if isinstance(module, ChainLayer | DeepLayer) and module.backward_chain is not None
    }
    return [
        Chain(name, module, id(module) in backward)
        for name, module in model.named_modules()
        if isinstance(module, Recurrence) and name.startswith(below)
    ]


def chosen(chains: list[Chain], name: str) -> list[Chain]:
    """Select the chain `name`, else those whose name contains it; "": all. Raises SeqkitError if there is none."""
    matches = [chain for chain in chains if name in chain.name]
    if not matches:
        known = ", ".join(chain.name for chain in chains) or "none"
        raise SeqkitError(
            f"the model has no recurrent layer '{name}'", f"Its layers are: {known}.", exit_code=2
        )
    exact = [chain for chain in matches if chain.name == name]
    return exact or matches
