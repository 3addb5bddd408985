"""Checks of an encoder: the memory that it makes, padding, gradients, batches, facts.

Shapes: B examples, S steps of a memory, D features of a step.
"""

from __future__ import annotations

import torch

from seqkit.models.modalities import Encoder
from seqkit.testing import facts, modality_checks  # noqa: F401 (their checks follow)
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.layers import expect_close
from seqkit.testing.modalities import (
    COUNT,
    encoder_of,
    examples,
)


@check("encoders")
def class_is_an_encoder(subject: Subject) -> None:
    """`build(options, facts)` returns an `Encoder`."""
    expect(isinstance(encoder_of(subject), Encoder), "no seqkit.models.modalities.Encoder")


@check("encoders")
def sizes_are_declared(subject: Subject) -> None:
    """`output_size` and `final_sizes` say how wide the memory is."""
    encoder = encoder_of(subject)
    expect(encoder.output_size > 0, "output_size is not positive")
    expect(len(encoder.final_sizes) >= 1, "final_sizes is empty: no decoder could start")


@check("encoders")
def memory_at_batch_one(subject: Subject) -> None:
    """The memory of one input: states_1SD, a mask or None, and final states of the declared sizes."""
    _expect_memory(subject, 1)


@check("encoders")
def memory_at_many(subject: Subject) -> None:
    """The memory of several inputs of different lengths."""
    _expect_memory(subject, COUNT)


@check("encoders")
def every_input_has_a_step(subject: Subject) -> None:
    """Every example has at least one real step, and padding is on the right."""
    encoder = encoder_of(subject)
    memory = encoder(encoder.collate(examples(subject)))
    mask_BS = memory.mask_BS if memory.mask_BS is not None else torch.ones(memory.states_BSD.shape[:2]) > 0
    expect(bool(mask_BS.any(1).all()), "an example has no step")
    expect(bool((mask_BS.int().diff(dim=1) <= 0).all()), "a real step follows padding")


@check("encoders")
def examples_differ_in_length(subject: Subject) -> None:
    """The examples of the record differ in length, so that padding is tested."""
    lengths = encoder_of(subject).lengths(examples(subject))
    if len(set(lengths)) == 1:
        raise Skipped("all examples have one length: let it differ with the seed")
    expect(all(length >= 1 for length in lengths), f"lengths {lengths}")


@check("encoders")
def padding_changes_nothing(subject: Subject) -> None:
    """Real steps and final states of a batch are those of each input alone."""
    encoder = encoder_of(subject)
    inputs = examples(subject)
    together = encoder(encoder.collate(inputs))
    for row, one in enumerate(inputs):
        alone = encoder(encoder.collate([one]))
        steps = alone.states_BSD.shape[1]
        expect_close(together.states_BSD[row, :steps], alone.states_BSD[0], f"states of input {row}", 1e-4)
        for ours, theirs in zip(together.final, alone.final, strict=True):
            expect_close(ours[row], theirs[0], f"final state of input {row}", 1e-4)


@check("encoders")
def inputs_do_not_mix(subject: Subject) -> None:
    """An input's memory does not depend on the others of its batch."""
    encoder, inputs = encoder_of(subject), examples(subject)
    whole = encoder(encoder.collate(inputs))
    some = encoder(encoder.collate([inputs[2], inputs[0]]))
    for part, other in zip(some.final, whole.final, strict=True):
        expect_close(part, other[torch.tensor([2, 0])], "final states among other inputs", 1e-4)


@check("encoders")
def parts_can_be_read(subject: Subject) -> None:
    """`parts` returns a list of inputs, each of which can be encoded alone."""
    encoder = encoder_of(subject)
    for one in examples(subject):
        parts = encoder.parts(one)
        expect(isinstance(parts, list) and parts, "`parts` gives no list with the input")
        encoder(encoder.collate(parts))


@check("encoders")
def labels_name_the_steps(subject: Subject) -> None:
    """`labels` has a word for each step of the memory (`states_a_label` steps share one)."""
    encoder = encoder_of(subject)
    for one in examples(subject):
        steps, labels = encoder(encoder.collate([one])).states_BSD.shape[1], encoder.labels(one)
        wanted = encoder.states_a_label * len(labels)
        expect(steps == wanted, f"{len(labels)} labels for {steps} steps")


@check("encoders")
def view_is_a_picture(subject: Subject) -> None:
    """`view` returns an array (height, width) or (height, width, 3); `unit` names its axis."""
    encoder = encoder_of(subject)
    view = encoder.view(examples(subject)[0])
    if view is None:
        raise Skipped("the encoder has no view of its inputs")
    expect(view.ndim == 2 or view.shape[2:] == (3,), f"an array of shape {view.shape}")
    expect(encoder.unit, "`unit` is empty: the axis of the plot has no name")


@check("encoders")
def symbols_have_an_alphabet(subject: Subject) -> None:
    """A memory with symbols has one at each step, and an alphabet."""
    encoder = encoder_of(subject)
    memory = encoder(encoder.collate(examples(subject)))
    if memory.symbols_BS is None:
        raise Skipped("the source has no symbols")
    expect(memory.symbols_BS.shape == memory.states_BSD.shape[:2], "not one symbol at each step")
    expect(memory.alphabet is not None, "`alphabet` is None")


@check("encoders")
def reader_has_suffixes(subject: Subject) -> None:
    """A record has both a reader and suffixes, or neither."""
    spec = subject.spec
    expect(bool(spec.reader) == bool(spec.suffixes), "reader and suffixes belong together")


def _expect_memory(subject: Subject, rows: int) -> None:
    encoder = encoder_of(subject)
    memory = encoder(encoder.collate(examples(subject)[:rows]))
    states_BSD = memory.states_BSD
    expect(states_BSD.ndim == 3 and len(states_BSD) == rows, f"states of shape {tuple(states_BSD.shape)}")
    expect(states_BSD.shape[2] == encoder.output_size, f"{states_BSD.shape[2]} features, not output_size")
    if memory.mask_BS is not None:
        expect(memory.mask_BS.shape == states_BSD.shape[:2], f"a mask of shape {tuple(memory.mask_BS.shape)}")
        expect(memory.mask_BS.dtype == torch.bool, f"a mask of {memory.mask_BS.dtype}")
    shapes = [tuple(part.shape) for part in memory.final]
    expect(shapes == [(rows, size) for size in encoder.final_sizes], f"final states of shapes {shapes}")
