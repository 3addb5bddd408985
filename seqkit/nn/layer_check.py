"""Check on two short sequences that a plugin's layer satisfies the contract of `Recurrence`.

Shapes: B sequences, T time steps, D features of x_t, H features of z_t.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from seqkit.nn.initial import first_weights_wanted
from seqkit.nn.recurrent import Recurrence

B, T = 2, 3


def fault_of_layer(layer: Recurrence) -> str:
    """Describe what is wrong with the states of a new layer; "" if nothing is.

    Exceptions of the layer propagate. The random state is restored.
    """
    x_BTD = torch.linspace(-1, 1, B * T * layer.input_size).reshape(B, T, layer.input_size)
    training, random = layer.training, torch.get_rng_state()
    try:
        with torch.no_grad():
            layer.eval()
            return _fault_of_step(layer, x_BTD[:, 0]) or _fault(layer, "forward", layer(x_BTD), (B, T))
    finally:
        layer.train(training)
        torch.set_rng_state(random)


def _fault_of_step(layer: Recurrence, x_BD: Tensor) -> str:
    """As `fault_of_layer`, for one step, if the layer overrides `step`."""
    if type(layer).step is Recurrence.step:
        return ""
    return _fault(layer, "step", layer.step(x_BD, layer.initial_state(x_BD[:, None])), (B,))


def _fault(layer: Recurrence, method: str, given: Any, before_H: tuple[int, ...]) -> str:
    """Describe what is wrong with (z, state); z should have the shape (*before_H, H)."""
    if not (isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], Tensor)):
        return f"its `{method}` gives {_kind(given)}, not z and the state after it"
    z, state = given
    shape = (*before_H, layer.hidden_size)
    if z.shape != shape:
        return f"its `{method}` gives z of shape {tuple(z.shape)}, not {shape}"
    if not isinstance(state, tuple) or not all(isinstance(part, Tensor) for part in state):
        return f"its `{method}` gives {_kind(state)} as state, not a tuple of tensors"
    if len(state) != layer.state_parts or any(part.shape[0] != B for part in state):
        shapes = ", ".join(str(tuple(part.shape)) for part in state)
        return f"its `{method}` gives a state of ({shapes}), not {layer.state_parts} tensor(s) of {B} rows"
    if first_weights_wanted() and not all(bool(part.isfinite().all()) for part in (z, *state)):
        return f"its `{method}` gives numbers that are not finite"
    return ""


def _kind(value: object) -> str:
    if isinstance(value, tuple):
        return f"a tuple of {len(value)} ({', '.join(type(part).__name__ for part in value)})"
    return "None" if value is None else f"a {type(value).__name__}"
