"""Checks of a decoder of any kind; `decoders_symbols` and `decoders_drawing` have those of the two kinds.

Shapes: B examples, T steps of a target, S steps of a memory.
"""

from __future__ import annotations

import torch

from seqkit.models.contracts import Loss
from seqkit.models.modalities import DrawingDecoder, SymbolDecoder
from seqkit.testing import decoders_drawing, decoders_symbols, facts, modality_checks  # noqa: F401 (their checks follow)
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.layers import expect_close
from seqkit.testing.modalities import (
    decoder_of,
    examples,
    memory,
    one_of,
)


@check("decoders")
def class_is_a_decoder(subject: Subject) -> None:
    """`build` makes a `SymbolDecoder` or a `DrawingDecoder`."""
    made = decoder_of(subject)
    expect(isinstance(made, SymbolDecoder | DrawingDecoder), "neither a SymbolDecoder nor a DrawingDecoder")


@check("decoders")
def loss_is_a_sum(subject: Subject) -> None:
    """`loss` returns a finite Loss of tensors with a positive weight."""
    loss = _loss(subject)
    expect(isinstance(loss, Loss), f"a {type(loss).__name__}")
    expect(loss.total.ndim == 0 and bool(loss.total.isfinite()), "total is not one finite number")
    expect(float(loss.weight) > 0 and float(loss.counts.steps) > 0, "weight or counts.steps is not positive")
    expect(
        0 <= float(loss.counts.right) <= float(loss.counts.steps),
        "counts.right is not a part of counts.steps",
    )


@check("decoders")
def padding_changes_nothing(subject: Subject) -> None:
    """The loss of a batch is the sum of the losses of its examples."""
    decoder, targets, several = decoder_of(subject), examples(subject), memory()
    alone = sum(
        decoder.loss(one_of(several, row), decoder.collate([one])).total for row, one in enumerate(targets)
    )
    expect_close(
        decoder.loss(several, decoder.collate(targets)).total, torch.as_tensor(alone), "the loss", 1e-3
    )


@check("decoders")
def weights_add_up(subject: Subject) -> None:
    """The weight of a batch is the sum of those of its examples."""
    decoder, targets = decoder_of(subject), examples(subject)
    weights = [float(decoder.loss(memory(1), decoder.collate([one])).weight) for one in targets]
    expect(abs(sum(weights) - float(_loss(subject).weight)) < 1e-3, "weights of examples do not add up")


@check("decoders")
def label_smoothing_is_accepted(subject: Subject) -> None:
    """`loss` accepts label smoothing; `counts.nll` does not include it."""
    decoder = decoder_of(subject)
    batch = decoder.collate(examples(subject))
    plain, smooth = (decoder.loss(memory(), batch, smoothing) for smoothing in (0.0, 0.1))
    expect_close(smooth.counts.nll, plain.counts.nll, "counts.nll", 1e-4)


@check("decoders")
def gradient_reaches_the_memory(subject: Subject) -> None:
    """The states or the final state of the source have a gradient."""
    decoder, given = decoder_of(subject).train(), memory()
    states_BSD = given.states_BSD.clone().requires_grad_()
    final = tuple(part.clone().requires_grad_() for part in given.final)
    own = given._replace(states_BSD=states_BSD, final=final)
    decoder.loss(own, decoder.collate(examples(subject), 1)).total.backward()
    grads = [part.grad for part in (states_BSD, *final) if part.grad is not None]
    expect(any(bool(grad.abs().sum() > 0) for grad in grads), "the output does not depend on the source")


@check("decoders")
def padded_memory_does_not_matter(subject: Subject) -> None:
    """Values in the padding of the memory change nothing."""
    decoder, given = decoder_of(subject), memory()
    batch = decoder.collate(examples(subject))
    assert given.mask_BS is not None
    other = given._replace(states_BSD=torch.where(given.mask_BS[:, :, None], given.states_BSD, 9.0))
    expect_close(decoder.loss(other, batch).total, decoder.loss(given, batch).total, "the loss", 1e-4)


@check("decoders")
def likelihoods_are_the_loss(subject: Subject) -> None:
    """`log_prob` is (B,), and equals that of each example alone."""
    decoder, targets, given = decoder_of(subject), examples(subject), memory()
    log_p_B = decoder.log_prob(given, decoder.collate(targets))
    if log_p_B is None:
        raise Skipped("the decoder has no more than its loss")
    expect(log_p_B.shape == (len(targets),), f"shape {tuple(log_p_B.shape)}")
    for row, one in enumerate(targets):
        alone = decoder.log_prob(one_of(given, row), decoder.collate([one]))
        expect_close(log_p_B[row], alone[0], f"ln P of target {row}", 1e-3)


@check("decoders")
def step_losses_add_up(subject: Subject) -> None:
    """`step_losses` is (B, T), 0 at padding, and adds up to the loss."""
    decoder, targets = decoder_of(subject), examples(subject)
    losses_BT = decoder.step_losses(memory(), decoder.collate(targets))
    if losses_BT is None:
        raise Skipped("the loss is no sum over steps")
    expect(losses_BT.ndim == 2 and len(losses_BT) == len(targets), f"shape {tuple(losses_BT.shape)}")
    expect_close(losses_BT.sum(), _loss(subject).counts.nll, "the sum of steps", 1e-3)


@check("decoders")
def attention_is_a_distribution(subject: Subject) -> None:
    """`attention` is (B, T, S); each step's weights add up to 1 over real steps of the memory."""
    decoder, targets, given = decoder_of(subject), examples(subject), memory()
    a_BTS = decoder.attention(given, decoder.collate(targets))
    if a_BTS is None:
        raise Skipped("the decoder does not look at single steps of the memory")
    expect(a_BTS.ndim == 3 and a_BTS.shape[2] == given.states_BSD.shape[1], f"shape {tuple(a_BTS.shape)}")
    assert given.mask_BS is not None
    expect_close(a_BTS.sum(-1), torch.ones(a_BTS.shape[:2]), "the sum of the weights", 1e-3)
    expect(bool((a_BTS * ~given.mask_BS[:, None]).abs().sum() < 1e-5), "padding of the memory has weight")


@check("decoders")
def labels_name_the_steps(subject: Subject) -> None:
    """`labels` has a word for each step of the attention."""
    decoder = decoder_of(subject)
    for row, one in enumerate(examples(subject)):
        a_BTS = decoder.attention(one_of(memory(), row), decoder.collate([one]))
        if a_BTS is None:
            raise Skipped("the decoder does not look at single steps of the memory")
        labels = decoder.labels(one)
        expect(len(labels) == a_BTS.shape[1], f"{len(labels)} labels for {a_BTS.shape[1]} steps")


@check("decoders")
def lengths_are_positive(subject: Subject) -> None:
    """`lengths` has a positive number for each target."""
    lengths = decoder_of(subject).lengths(examples(subject))
    expect(len(lengths) == len(examples(subject)) and min(lengths) >= 1, f"lengths {lengths}")


@check("decoders")
def training_lowers_the_loss(subject: Subject) -> None:
    """Ten steps of Adam on the examples lower the loss."""
    decoder = decoder_of(subject).train()
    batch, adam = decoder.collate(examples(subject), 1), torch.optim.Adam(decoder.parameters(), lr=0.01)
    losses = []
    for _ in range(10):
        loss = decoder.loss(memory(), batch).mean
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(float(loss.detach()))
    expect(losses[-1] < losses[0], f"the loss goes from {losses[0]:.3f} to {losses[-1]:.3f}")


def _loss(subject: Subject) -> Loss:
    decoder = decoder_of(subject)
    loss: Loss = decoder.loss(memory(), decoder.collate(examples(subject)))
    return loss
