"""Checks that encoders and decoders share: weights, gradients, batches, precision.

Shapes: B examples, S steps of a memory, D features of a step.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from seqkit.nn.bfloat16 import HERE
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.layers import expect_close, weighted
from seqkit.testing.modalities import (
    bytes_of,
    decoder_of,
    encoder_of,
    examples,
    expect_equal_batches,
    memory,
    parameters,
    tensors_in,
)

IN_BFLOAT16 = {"encoders": 0.15, "decoders": 0.05}
"""How far results may be from those in float32, absolute and relative."""


def part_of(subject: Subject, seed: int = 3) -> Any:
    """A seeded encoder or decoder, in evaluation."""
    return encoder_of(subject, seed) if subject.kind == "encoders" else decoder_of(subject, seed)


def result_of(subject: Subject, part: Any, batch: Any) -> Tensor:
    """The states of an encoder, states_BSD; the loss of a decoder."""
    found: Tensor = part(batch).states_BSD if subject.kind == "encoders" else part.loss(memory(), batch).total
    return found


def total_of(subject: Subject, part: Any, batch: Any) -> Tensor:
    """A number that depends on all results of an encoder or a decoder."""
    if subject.kind == "decoders":
        return result_of(subject, part, batch)
    made = part(batch)
    return sum((weighted(one) for one in made.final), weighted(made.states_BSD))


@check("encoders", "decoders")
def gradient_reaches_every_parameter(subject: Subject) -> None:
    """Every parameter has a gradient that is not 0, from all outputs together."""
    part = part_of(subject).train()
    seed = None if subject.kind == "encoders" else 1
    total_of(subject, part, part.collate(examples(subject), seed)).backward()
    silent = [
        name
        for name, one in part.named_parameters()
        if one.grad is None or not bool(one.grad.abs().sum() > 0)
    ]
    expect(not silent, f"no gradient: {', '.join(silent)}")


@check("encoders", "decoders")
def results_repeat(subject: Subject) -> None:
    """The same examples give the same bits twice, in evaluation, and no random number is drawn."""
    part = part_of(subject)
    before = torch.get_rng_state()
    first, second = (result_of(subject, part, part.collate(examples(subject))) for _ in range(2))
    expect(torch.equal(first, second), "two passes differ")
    expect(torch.equal(before, torch.get_rng_state()), "torch's random state changes")


@check("encoders", "decoders")
def batches_follow_from_the_seed(subject: Subject) -> None:
    """`collate` with one seed gives equal batches in training, independent of torch's random state."""
    part, given = part_of(subject).train(), examples(subject)
    first = part.collate(given, 7)
    torch.rand(3)
    expect_equal_batches(first, part.collate(given, 7), "two batches of one seed differ")


@check("encoders", "decoders")
def batches_without_seed_are_plain(subject: Subject) -> None:
    """`collate` without a seed is not random."""
    part, given = part_of(subject), examples(subject)
    expect_equal_batches(part.collate(given), part.collate(given), "two batches differ")


@check("encoders", "decoders")
def batches_are_on_the_cpu(subject: Subject) -> None:
    """`collate` returns tensors of the CPU: the training loop moves them."""
    devices = {tensor.device.type for tensor in tensors_in(part_of(subject).collate(examples(subject)))}
    expect(devices == {"cpu"}, f"tensors on {', '.join(devices)}")


@check("encoders", "decoders")
def examples_are_left_alone(subject: Subject) -> None:
    """Neither `collate` nor the computation changes the examples."""
    part, given = part_of(subject), examples(subject)
    before = bytes_of(given)
    result_of(subject, part, part.collate(given, 1))
    expect(bytes_of(given) == before, "an example was changed in place")


@check("encoders", "decoders")
def bfloat16_is_near_float32(subject: Subject) -> None:
    """In bfloat16 (autocast) the results stay near those of float32."""
    if not HERE:
        raise Skipped("torch's layers need a processor with bfloat16")
    part = part_of(subject)
    batch = part.collate(examples(subject))
    exact = result_of(subject, part, batch)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        found = result_of(subject, part, batch)
    real = exact.isfinite()
    expect_close(found[real], exact[real], "the result", IN_BFLOAT16[subject.kind])


@check("encoders", "decoders")
def equal_seeds_give_equal_weights(subject: Subject) -> None:
    """First weights follow from torch's seed, and depend on it."""
    first, same, other = (parameters(part_of(subject, seed)) for seed in (1, 1, 2))
    expect(torch.equal(first, same), "weights differ for one seed")
    expect(not torch.equal(first, other), "weights do not depend on the seed")


@check("encoders", "decoders")
def saved_weights_load(subject: Subject) -> None:
    """A part that loads the weights of another computes the same."""
    from safetensors.torch import load, save

    part, other = part_of(subject), part_of(subject, 4)
    other.load_state_dict(load(save({k: v.clone().contiguous() for k, v in part.state_dict().items()})))
    batch = part.collate(examples(subject))
    ours, theirs = result_of(subject, part, batch), result_of(subject, other, batch)
    expect(torch.equal(ours, theirs), "results differ after loading")
