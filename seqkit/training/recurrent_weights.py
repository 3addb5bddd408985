"""Initialise recurrent matrices and gate biases, and constrain them, for any recurrence.

Shapes: H features of z_t.
"""

from __future__ import annotations

import math
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
                FIRST[options.recurrent_weights](U_HH)
        if options.input_scale != 1:
            _input_matrix(layer, f"input_scale={options.input_scale:g}").mul_(options.input_scale)
        if options.forget_bias is not None:
            _keep_bias(layer, f"forget_bias={options.forget_bias:g}").fill_(options.forget_bias)
        if options.chrono:
            _set_chrono(layer, options.chrono)


def rotations_(U_HH: Tensor) -> Tensor:
    """Rotate features 2k and 2k + 1 by an angle from U(-π, π) (Henaff et al. 2016); a last odd one keeps its value."""
    angle_K = torch.empty(len(U_HH) // 2).uniform_(-math.pi, math.pi)
    even = torch.arange(0, len(U_HH) - 1, 2)
    U_HH.copy_(torch.eye(len(U_HH)))
    U_HH[even, even] = U_HH[even + 1, even + 1] = angle_K.cos().to(U_HH)
    U_HH[even + 1, even] = angle_K.sin().to(U_HH)
    U_HH[even, even + 1] = -angle_K.sin().to(U_HH)
    return U_HH


FIRST: dict[str, Callable[[Tensor], Tensor]] = {
    "orthogonal": nn.init.orthogonal_,
    "identity": nn.init.eye_,
    "rotation": rotations_,
}
"""Sets the first U, by the value of `recurrent_weights`."""


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


def _input_matrix(layer: Recurrence, option: str) -> Tensor:
    found = layer.matrices().get("W")
    if found is None:
        fix = "Leave it out, or choose a recurrence with a matrix W: --set recurrence=rnn."
        raise SeqkitError(f"{option}: {type(layer).__name__} has no input matrix W", fix, exit_code=2)
    return found


def _matrices(layer: Recurrence, option: str) -> list[Tensor]:
    found = layer.recurrent_matrices()
    if not found:
        fix = "Leave it out, or choose a recurrence with a matrix U: --set recurrence=rnn."
        raise SeqkitError(f"{option}: {type(layer).__name__} has no recurrent matrix U", fix, exit_code=2)
    return found


def at_recurrent_rate(
    make: Callable[[list[nn.Parameter]], torch.optim.Optimizer], model: nn.Module, options: TrainingOptions
) -> Callable[[list[nn.Parameter]], torch.optim.Optimizer]:
    """`make`, with `recurrent_rate` for every U. Raises SeqkitError for a layer without U."""
    share = options.recurrent_rate
    if share == 1:
        return make
    chosen = [
        parameter
        for layer in layers_of(model).values()
        for parameter in _parameters_of(layer, _matrices(layer, f"recurrent_rate={share:g}")).values()
    ]
    if share == 0:
        for parameter in chosen:
            parameter.requires_grad_(False)
        return make

    def with_groups(parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        optimizer, own = make(parameters), {id(parameter) for parameter in chosen}
        for group in list(optimizer.param_groups):
            slow = [one for one in group["params"] if id(one) in own]
            group["params"] = [one for one in group["params"] if id(one) not in own]
            optimizer.add_param_group({**group, "params": slow, "lr": share * group["lr"]})
        return optimizer

    return with_groups


def _parameters_of(layer: Recurrence, matrices: list[Tensor]) -> dict[str, nn.Parameter]:
    """The parameters whose memory these matrices share, by their names in the layer."""
    places = {U_HH.untyped_storage().data_ptr() for U_HH in matrices}
    return {
        name: parameter
        for name, parameter in layer.named_parameters()
        if parameter.untyped_storage().data_ptr() in places and parameter.dim() == 2
    }


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
        for name in _parameters_of(layer, layer.recurrent_matrices()):
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
