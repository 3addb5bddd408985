"""Checks of a recurrence: shapes, padding, state, and the loop over `step` as the reference of `forward`."""

from __future__ import annotations

import torch

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import Recurrence
from seqkit.testing import recurrence_forms, recurrence_numbers  # noqa: F401 (their checks follow)
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.layers import (
    LENGTHS,
    B,
    D,
    H,
    T,
    case_of,
    expect_close,
    gradients,
    inputs,
    layer_of,
    loop,
)


@check("recurrences", quick=True)
def class_is_a_recurrence(subject: Subject) -> None:
    """The class is a subclass of `Recurrence`, created as (input_size, hidden_size)."""
    made = recurrence_class(subject.name)(D, H)
    expect((made.input_size, made.hidden_size) == (D, H), "input_size or hidden_size is not what was given")


@check("recurrences")
def layer_has_parameters(subject: Subject) -> None:
    """The layer has parameters."""
    expect(any(True for _ in layer_of(subject).parameters()), "the layer has no parameters")


@check("recurrences")
def shapes_at_batch_one(subject: Subject) -> None:
    """One sequence: z_1TH, and `state_parts` states of (1, H)."""
    _expect_shapes(layer_of(subject), 1, T)


@check("recurrences")
def shapes_at_many(subject: Subject) -> None:
    """Many sequences."""
    _expect_shapes(layer_of(subject), 17, T)


@check("recurrences")
def shapes_at_odd_lengths(subject: Subject) -> None:
    """Lengths of 1, 2, 13 and 33 steps."""
    for steps in (1, 2, 13, 33):
        _expect_shapes(layer_of(subject), 3, steps)


@check("recurrences")
def initial_state_has_its_parts(subject: Subject) -> None:
    """The state before the first step has `state_parts` tensors (B, H) of the dtype of x."""
    layer = layer_of(subject)
    state = layer.initial_state(inputs())
    shapes = [tuple(part.shape) for part in state]
    expect(shapes == [(B, H)] * layer.state_parts, f"shapes {shapes}")
    expect(all(part.dtype == torch.float64 for part in state), "another dtype than that of x")


@check("recurrences")
def first_part_of_the_state_is_z(subject: Subject) -> None:
    """The first part of the state after a step is z_t."""
    layer = layer_of(subject)
    _, end = layer(inputs())
    expect(end[0].shape == (B, H), f"shape {tuple(end[0].shape)}")


@check("recurrences")
def values_equal_the_loop(subject: Subject) -> None:
    """`forward` computes the same as a loop over `step`."""
    layer = _with_forward(subject)
    case = case_of(layer)
    expect_close(layer(*case)[0][case.mask_BT], loop(layer, case)[0][case.mask_BT], "z at real steps")


@check("recurrences")
def final_state_equals_the_loop(subject: Subject) -> None:
    """`forward` returns the state after the last real step of each sequence."""
    layer = _with_forward(subject)
    case = case_of(layer)
    for part, (found, wanted) in enumerate(zip(layer(*case)[1], loop(layer, case)[1], strict=True)):
        expect_close(found, wanted, f"part {part} of the final state")


@check("recurrences")
def every_gradient_equals_the_loop(subject: Subject) -> None:
    """Gradients of x, of the first state and of every parameter are those of the loop."""
    layer = _with_forward(subject)
    case = case_of(layer)
    found, wanted = (gradients(layer, case, by_loop) for by_loop in (False, True))
    for name in wanted:
        expect_close(found[name], wanted[name], f"the gradient of {name}")


@check("recurrences")
def padding_changes_nothing(subject: Subject) -> None:
    """Real steps and final states of a padded batch are those of each sequence alone."""
    layer = layer_of(subject)
    case = case_of(layer)
    z_BTH, end = layer(*case)
    for row, length in enumerate(LENGTHS):
        if length:
            state = tuple(part[row : row + 1] for part in case.state)
            alone_1TH, after = layer(case.x_BTD[row : row + 1, :length], None, state)
            expect_close(z_BTH[row, :length], alone_1TH[0], f"z of {length} steps")
            expect_close(end[0][row], after[0][0], f"final state of {length} steps")


@check("recurrences")
def values_at_padding_do_not_matter(subject: Subject) -> None:
    """Values of x at padded steps affect neither real outputs nor final states."""
    layer = layer_of(subject)
    case = case_of(layer)
    other = case._replace(x_BTD=torch.where(case.mask_BT[:, :, None], case.x_BTD, case.x_BTD + 9.0))
    (z_BTH, end), (other_BTH, other_end) = layer(*case), layer(*other)
    expect_close(other_BTH[case.mask_BT], z_BTH[case.mask_BT], "z at real steps")
    for found, wanted in zip(other_end, end, strict=True):
        expect_close(found, wanted, "the final state")


@check("recurrences")
def empty_sequences_keep_their_state(subject: Subject) -> None:
    """A sequence without a real step ends in the state that it began with."""
    layer = layer_of(subject)
    case = case_of(layer)
    row = LENGTHS.index(0)
    for found, given in zip(layer(*case)[1], case.state, strict=True):
        expect_close(found[row], given[row], "the state", 0.0)


@check("recurrences")
def state_carries_a_sequence_over_a_cut(subject: Subject) -> None:
    """Two halves, the second from the state after the first, give the result of the whole sequence."""
    layer, x_BTD = layer_of(subject), inputs()
    whole_BTH, end = layer(x_BTD)
    head_BTH, state = layer(x_BTD[:, :3])
    tail_BTH, after = layer(x_BTD[:, 3:], None, state)
    expect_close(torch.cat([head_BTH, tail_BTH], dim=1), whole_BTH, "z")
    expect_close(after[0], end[0], "the final state")


@check("recurrences")
def no_step_sees_the_future(subject: Subject) -> None:
    """z_t depends on x_1 … x_t alone: a bidirectional model has two such layers."""
    layer, x_BTD = layer_of(subject), inputs()
    changed = x_BTD.clone()
    changed[:, 4:] += 1.0
    expect_close(layer(changed)[0][:, :4], layer(x_BTD)[0][:, :4], "z before the change")


@check("recurrences")
def sequences_do_not_mix(subject: Subject) -> None:
    """A sequence's outputs do not depend on the others of its batch."""
    layer, x_BTD = layer_of(subject), inputs()
    some = torch.tensor([2, 0])
    expect_close(layer(x_BTD[some])[0], layer(x_BTD)[0][some], "z among other sequences")


@check("recurrences")
def inputs_are_left_alone(subject: Subject) -> None:
    """Neither x nor the state that is given is changed in place."""
    layer = layer_of(subject)
    case = case_of(layer)
    before = [case.x_BTD.clone(), *(part.clone() for part in case.state)]
    layer(*case)
    same = all(torch.equal(old, new) for old, new in zip(before, [case.x_BTD, *case.state], strict=True))
    expect(same, "x or the state was changed in place")


def _with_forward(subject: Subject) -> Recurrence:
    """The layer. Raises Skipped if its `forward` is the loop itself."""
    layer = layer_of(subject)
    if type(layer).forward is Recurrence.forward:
        raise Skipped("the layer does not override `forward`: it is the loop itself")
    if type(layer).step is Recurrence.step:
        raise Skipped("the layer has no `step` to compare with")
    return layer


def _expect_shapes(layer: Recurrence, rows: int, steps: int) -> None:
    z_BTH, end = layer(inputs(rows, steps))
    expect(z_BTH.shape == (rows, steps, H), f"z of shape {tuple(z_BTH.shape)}, not {(rows, steps, H)}")
    shapes = [tuple(part.shape) for part in end]
    expect(shapes == [(rows, H)] * layer.state_parts, f"a final state of shapes {shapes}")
