"""Initialise recurrent matrices and gate biases, and constrain them, for any recurrence.

Shapes: H features of z_t.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.nn.recurrent import Recurrence
from seqkit.training.options import TrainingOptions

Constrain = Callable[[Mapping[str, Tensor]], None]
"""Applied after each update to the weights and to their running average (empty if there is none)."""


def layers_of(model: nn.Module) -> dict[str, Recurrence]:
    """Every recurrent layer by name."""
    return {name: module for name, module in model.named_modules() if isinstance(module, Recurrence)}


@torch.no_grad()
def initialise(model: nn.Module, options: TrainingOptions) -> None:
    """Set the initial recurrent weights and gate biases. Raises SeqkitError for a recurrence without them."""
    for layer in layers_of(model).values():
        if options.recurrent_weights != "default":
            for U_HH in _matrices(layer, f"recurrent_weights={options.recurrent_weights}"):
                set_first = nn.init.eye_ if options.recurrent_weights == "identity" else nn.init.orthogonal_
                set_first(U_HH)
        if options.forget_bias is not None:
            _keep_bias(layer, f"forget_bias={options.forget_bias:g}").fill_(options.forget_bias)
        if options.chrono:
            _set_chrono(layer, options.chrono)


def _set_chrono(layer: Recurrence, longest: int) -> None:
    """b_f = log U(1, T_max - 1), b_i = -b_f: time constants that cover dependencies of all lengths."""
    keep_H = _keep_bias(layer, f"chrono={longest}")
    keep_H.copy_(torch.empty_like(keep_H).uniform_(1, max(longest - 1, 1)).log())
    write_H = layer.write_bias()
    if write_H is not None:
        write_H.copy_(-keep_H)


def _keep_bias(layer: Recurrence, option: str) -> Tensor:
    found = layer.keep_bias()
    if found is None:
        fix = "Leave it out, or choose a gated recurrence: --set recurrence=lstm."
        raise SeqkitError(
            f"{option}: {type(layer).__name__} has no gate that keeps its state", fix, exit_code=2
        )
    return found


def _matrices(layer: Recurrence, option: str) -> list[Tensor]:
    found = layer.recurrent_matrices()
    if not found:
        fix = "Leave it out, or choose a recurrence with a matrix U: --set recurrence=rnn."
        raise SeqkitError(f"{option}: {type(layer).__name__} has no recurrent matrix U", fix, exit_code=2)
    return found


def constraint_of(model: nn.Module, options: TrainingOptions) -> Constrain | None:
    """A function that projects every U onto the constraint, or None. Raises SeqkitError for a layer without U."""
    if options.constraint == "none":
        return None
    layers = layers_of(model)
    for layer in layers.values():
        _matrices(layer, f"constraint={options.constraint}")

    @torch.no_grad()
    def constrain(average: Mapping[str, Tensor]) -> None:
        for layer in layers.values():
            for U_HH in layer.recurrent_matrices():
                U_HH.copy_(_nearest(U_HH, options))
        _constrain_average(layers, average, options)

    constrain({})
    return constrain


def _constrain_average(
    layers: Mapping[str, Recurrence], average: Mapping[str, Tensor], options: TrainingOptions
) -> None:
    """Constrain the averages of the same matrices, found by the parameters whose memory they share."""
    if not average:
        return
    for prefix, layer in layers.items():
        matrices = layer.recurrent_matrices()
        places = {U_HH.untyped_storage().data_ptr() for U_HH in matrices}
        for name, parameter in layer.named_parameters():
            if parameter.untyped_storage().data_ptr() in places and parameter.dim() == 2:
                for U_HH in average[f"{prefix}.{name}" if prefix else name].split(layer.hidden_size):
                    U_HH.copy_(_nearest(U_HH, options))


def _nearest(U_HH: Tensor, options: TrainingOptions) -> Tensor:
    """The nearest matrix, in the Frobenius norm, that is orthogonal or has no larger singular value than the bound."""
    left, singular, right = torch.linalg.svd(U_HH.double(), full_matrices=False)
    if options.constraint == "orthogonal":
        return (left @ right).to(U_HH.dtype)
    return (left * singular.clamp(max=options.spectral_bound) @ right).to(U_HH.dtype)


@torch.no_grad()
def state_of_layers(model: nn.Module) -> str:
    """Likely causes in the recurrent layers of a model whose loss is not finite, in the terms of `seqkit inspect`."""
    found = []
    for name, layer in layers_of(model).items():
        if not all(bool(parameter.isfinite().all()) for parameter in layer.parameters()):
            found.append(f"{name} has weights that are not finite")
            continue
        sizes = [float(torch.linalg.matrix_norm(U_HH.double(), 2)) for U_HH in layer.recurrent_matrices()]
        if sizes and max(sizes) > 1:
            found.append(f"{name}: σ_max(U) = {max(sizes):.3g}, so that gradients may grow")
    return "; ".join(found[:3]) + "." if found else ""
