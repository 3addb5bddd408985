"""Checks of a recurrence: gradients, number formats, seeds, and weights that are saved and loaded."""

from __future__ import annotations

import copy

import torch

from seqkit.models.recurrences import recurrence_class
from seqkit.testing.check import Subject, check, expect
from seqkit.testing.layers import D, H, case_of, expect_close, generator, gradients, inputs, layer_of


@check("recurrences")
def gradient_reaches_every_parameter(subject: Subject) -> None:
    """Every parameter has a gradient that is not 0."""
    layer = layer_of(subject)
    found = gradients(layer, case_of(layer), by_loop=False)
    silent = [name for name, _ in layer.named_parameters() if not bool(found[name].abs().sum() > 0)]
    expect(not silent, f"no gradient: {', '.join(silent)}")


@check("recurrences")
def gradient_reaches_inputs(subject: Subject) -> None:
    """x has a gradient at real steps, and none at padded ones."""
    layer = layer_of(subject)
    case = case_of(layer)
    x_BTD = gradients(layer, case, by_loop=False)["x"]
    expect(bool((x_BTD[case.mask_BT].abs().sum(-1) > 0).all()), "no gradient at a real step")
    expect(bool((x_BTD[~case.mask_BT] == 0).all()), "a gradient at a padded step")


@check("recurrences")
def gradients_are_the_slopes(subject: Subject) -> None:
    """Gradients equal differences of values (torch.autograd.gradcheck)."""
    layer = layer_of(subject)
    x_BTD = inputs(2, 3).requires_grad_()
    torch.autograd.gradcheck(lambda x: layer(x)[0], (x_BTD,), atol=1e-5, rtol=1e-3)


@check("recurrences")
def float32_is_near_float64(subject: Subject) -> None:
    """Results in float32 equal those in float64 to 5 digits."""
    _expect_near(subject, torch.float32, 1e-4)


@check("recurrences")
def bfloat16_is_near_float64(subject: Subject) -> None:
    """In bfloat16 (autocast, as in training and tagging) outputs stay near those of float64."""
    layer = layer_of(subject, torch.float32)
    exact_BTH = layer_of(subject)(inputs())[0]
    try:
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            z_BTH = layer(inputs(dtype=torch.float32))[0]
    except RuntimeError as error:
        _skip_without_kernel(error)
    expect_close(z_BTH, exact_BTH, "z", 0.1)


@check("recurrences")
def dtype_is_kept(subject: Subject) -> None:
    """float32 in gives float32 out, in outputs and state."""
    z_BTH, end = layer_of(subject, torch.float32)(inputs(dtype=torch.float32))
    expect({part.dtype for part in (z_BTH, *end)} == {torch.float32}, "another dtype than that of x")


@check("recurrences")
def equal_seeds_give_equal_weights(subject: Subject) -> None:
    """First weights follow from torch's seed alone."""
    expect(_first_weights(subject, 1).equal(_first_weights(subject, 1)), "weights differ for one seed")


@check("recurrences")
def other_seeds_give_other_weights(subject: Subject) -> None:
    """First weights are drawn from torch's random state."""
    expect(
        not _first_weights(subject, 1).equal(_first_weights(subject, 2)), "weights do not depend on the seed"
    )


@check("recurrences")
def first_weights_are_finite(subject: Subject) -> None:
    """A new layer has weights and outputs that are finite."""
    expect(bool(_first_weights(subject, 1).isfinite().all()), "a weight is not finite")
    torch.manual_seed(1)
    expect(
        bool(recurrence_class(subject.name)(D, H)(inputs(dtype=torch.float32))[0].isfinite().all()),
        "z is not",
    )


@check("recurrences")
def results_repeat(subject: Subject) -> None:
    """The same input gives the same bits twice, in evaluation."""
    layer = layer_of(subject)
    expect(torch.equal(layer(inputs())[0], layer(inputs())[0]), "two passes differ")


@check("recurrences")
def prediction_draws_no_random_numbers(subject: Subject) -> None:
    """A pass in evaluation leaves torch's random state."""
    layer = layer_of(subject)
    before = torch.get_rng_state()
    layer(inputs())
    expect(torch.equal(before, torch.get_rng_state()), "a pass in evaluation draws random numbers")


@check("recurrences")
def saved_weights_load(subject: Subject) -> None:
    """A layer that loads the weights of another, from safetensors, has equal outputs."""
    from safetensors.torch import load, save

    layer, other = layer_of(subject), layer_of(subject, seed=4)
    other.load_state_dict(load(save({k: v.contiguous() for k, v in layer.state_dict().items()})))
    expect(torch.equal(other(inputs())[0], layer(inputs())[0]), "outputs differ after loading")


@check("recurrences")
def copies_are_independent(subject: Subject) -> None:
    """A deep copy has weights of its own."""
    layer = layer_of(subject)
    other = copy.deepcopy(layer)
    wanted = layer(inputs())[0]
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    expect(torch.equal(layer(inputs())[0], wanted), "changing a copy changes the layer")


@check("recurrences")
def long_sequences_stay_finite(subject: Subject) -> None:
    """300 steps from first weights give finite values and gradients."""
    torch.manual_seed(1)
    layer = recurrence_class(subject.name)(D, H)
    x_BTD = torch.randn(2, 300, D, generator=generator()).requires_grad_()
    z_BTH = layer(x_BTD)[0]
    z_BTH.sum().backward()
    expect(bool(z_BTH.isfinite().all()), "z is not finite")
    expect(x_BTD.grad is not None and bool(x_BTD.grad.isfinite().all()), "a gradient is not finite")


def _expect_near(subject: Subject, dtype: torch.dtype, tolerance: float) -> None:
    exact_BTH = layer_of(subject)(inputs())[0]
    expect_close(layer_of(subject, dtype)(inputs(dtype=dtype))[0], exact_BTH, "z", tolerance)


def _first_weights(subject: Subject, seed: int) -> torch.Tensor:
    torch.manual_seed(seed)
    layer = recurrence_class(subject.name)(D, H)
    return torch.cat([parameter.detach().flatten() for parameter in layer.parameters()])


def _skip_without_kernel(error: RuntimeError) -> None:
    from seqkit.nn.bfloat16 import HERE
    from seqkit.testing.check import Skipped

    if HERE:
        raise error
    raise Skipped("this processor has no bfloat16 kernels") from error
