"""Check that a layer can be solved for all steps at once, before a training starts.

Shapes: M rows of a call of `step`, D features of x_t, H of z_t, N numbers of the state.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seqkit.errors import SeqkitError
from seqkit.nn.recurrent import Recurrence, one_step
from seqkit.nn.time_parallel.steps import Form, LayerSteps

M = 16
AGREE = 0.02
"""Largest difference between derivatives and differences of a step, relative to the largest derivative or 1."""


def whole_form(layer: Recurrence, name: str) -> Form:
    """The form of the layer's whole Jacobians: "separable" if features do not mix, else "dense".

    Raises SeqkitError, with the reason, for a layer that Newton's method cannot solve. The random state is restored.
    """
    random = torch.get_rng_state()
    try:
        return _whole_form(layer, name)
    finally:
        torch.set_rng_state(random)


def _whole_form(layer: Recurrence, name: str) -> Form:
    like = next(iter(layer.parameters()), torch.zeros(()))
    draw = torch.Generator().manual_seed(0)
    x_MD = torch.randn(M, layer.input_size, generator=draw).to(like)
    sizes = tuple(part.shape[-1] for part in layer.initial_state(x_MD[:, None]))
    s_MN = (0.5 * torch.randn(M, sum(sizes), generator=draw)).to(like)
    steps = LayerSteps(layer, x_MD[:, None], None, sizes)
    try:
        _check_step(layer, name, x_MD, s_MN, sizes)
        J_MNN = steps.jacobians(s_MN[:, None], "dense")[1][:, 0, 0]
    except SeqkitError:
        raise
    except Exception as error:  # A plugin's step may raise anything.
        first = next(iter(str(error).splitlines()), "")
        raise refused(
            name, f"its step cannot be differentiated ({type(error).__name__}: {first[:120]})"
        ) from error
    _check_derivative(name, steps, s_MN, J_MNN)
    return "separable" if len(set(sizes)) == 1 and _separable(J_MNN, len(sizes)) else "dense"


def _check_step(layer: Recurrence, name: str, x_MD: Tensor, s_MN: Tensor, sizes: tuple[int, ...]) -> None:
    """Raise SeqkitError for a step that is no function of x_t and the state, row by row."""
    state = tuple(s_MN.split(list(sizes), dim=-1))
    with torch.no_grad():
        before = torch.get_rng_state()
        z_MH, after = one_step(layer, x_MD, state)
        if not torch.equal(before, torch.get_rng_state()):
            raise refused(name, "its step draws random numbers")
        alone = one_step(layer, x_MD[:1], tuple(part[:1] for part in state))[1]
    if not torch.equal(z_MH, after[0]):
        raise refused(name, "its z_t is not the first part of its state")
    if any(not torch.allclose(one, many[:1], atol=1e-4) for one, many in zip(alone, after, strict=True)):
        raise refused(name, "its step mixes the sequences of a batch")


def _check_derivative(name: str, steps: LayerSteps, s_MN: Tensor, J_MNN: Tensor) -> None:
    """Compare the Jacobian with central differences along random directions."""
    v_MN = torch.randn(s_MN.shape, generator=torch.Generator().manual_seed(1)).to(s_MN)
    distance = torch.finfo(s_MN.dtype).eps ** (1 / 3)
    with torch.no_grad():
        there, back = (steps.values((s_MN + sign * distance * v_MN)[:, None])[:, 0] for sign in (1, -1))
    difference_MN = (there - back) / (2 * distance)
    pushed_MN = (J_MNN @ v_MN[..., None])[..., 0]
    scale = max(1.0, float(difference_MN.abs().max()))
    if not bool(((pushed_MN - difference_MN).abs() <= AGREE * scale).all()):
        raise refused(name, "the derivative that it gives is not that of its step")
    with torch.no_grad():
        # A step that rounds has differences of 0, too, but not over a whole unit.
        silent_N = ~J_MNN.any(dim=1).any(dim=0)
        far_MN, near_MN = (
            steps.values((s_MN + by)[:, None])[:, 0] for by in (1.0 * silent_N, 0.0 * silent_N)
        )
    if not torch.equal(far_MN, near_MN):
        raise refused(name, "its derivative is 0 where its step changes")


def _separable(J_MNN: Tensor, parts: int) -> bool:
    """Whether no feature depends on another."""
    H = J_MNN.shape[-1] // parts
    feature_N = torch.arange(J_MNN.shape[-1], device=J_MNN.device) % H
    mixed_NN = feature_N[:, None] != feature_N
    return not bool(J_MNN[:, mixed_NN].any())


def refused(name: str, reason: str) -> SeqkitError:
    """The error for a layer that cannot be solved."""
    return SeqkitError(
        f"time_parallel: the layer {name} cannot be solved for all steps at once: {reason}",
        "Leave time_parallel out, or use another recurrence.",
        exit_code=2,
    )
