"""Products and layers in int8 compared with float64."""

from __future__ import annotations

import pytest
import torch
from test_recurrent import EXPLICIT, randomised

from seqkit.errors import SeqkitError
from seqkit.inference.tagger_forms import int8_head, int8_stack
from seqkit.models.recurrences import recurrence_class
from seqkit.nn import int8
from seqkit.nn.fast_forms import in_int8
from seqkit.nn.heads import SoftmaxHead
from seqkit.nn.int8 import UNITS, Int8Matrix, real
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.stack import Stack

B, T, D, H = 6, 9, 7, 12


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(5)


def states(*shape: int) -> torch.Tensor:
    return torch.randint(-UNITS, UNITS + 1, shape, dtype=torch.int8)


@pytest.mark.parametrize(("rows", "size", "outputs"), [(1, 1, 1), (3, 7, 5), (51, 200, 800), (64, 33, 17)])
def test_a_product_is_off_by_no_more_than_rounding_explains(rows, size, outputs):
    W_YX, b_BY, z_BX = torch.randn(outputs, size), torch.randn(rows, outputs), states(rows, size)
    W_YX[0] = 0
    whole, out = torch.empty(rows, outputs, dtype=torch.int32), torch.empty(rows, outputs)
    found = Int8Matrix.of(W_YX).product(z_BX, b_BY, whole, out)
    z = z_BX.double() / UNITS
    exact = z @ W_YX.T.double() + b_BY
    # A weight is off by half a unit at most.
    bound = z.abs().sum(1, keepdim=True) * (W_YX.abs().amax(1) / UNITS / 2)
    assert ((found - exact).abs() <= bound + 1e-4).all()
    assert rows * size < 100 or ((found - exact).abs().max() > 1e-4)


def test_matrices_of_whole_units_lose_nothing():
    q_YX = torch.randint(-UNITS, UNITS + 1, (5, 9)).double()
    q_YX[:, 0] = UNITS
    scale_Y = torch.tensor([0.01, 0.02, 1.0, 3.0, 40.0]).double()
    z_BX = states(4, 9)
    found = Int8Matrix.of(q_YX * scale_Y[:, None]).product(
        z_BX, torch.zeros(4, 5), torch.empty(4, 5, dtype=torch.int32), torch.empty(4, 5)
    )
    exact = (z_BX.double() / UNITS) @ (q_YX * scale_Y[:, None]).T
    torch.testing.assert_close(found.double(), exact, atol=0, rtol=1e-5)


@pytest.mark.parametrize("fast", sorted({False, int8.FAST}))
@pytest.mark.parametrize("largest", [False, True])
def test_whole_numbers_add_up_exactly_on_every_processor(monkeypatch, fast, largest):
    """The largest ones, too, whose products overflow 16 bits in pairs."""
    monkeypatch.setattr(int8, "FAST", fast)
    W_YX, z_BX = torch.randn(800, 600), states(32, 600)
    if largest:
        W_YX, z_BX = W_YX.sign(), torch.full_like(z_BX, UNITS)
    matrix = Int8Matrix.of(W_YX)
    assert matrix.q_XY.is_floating_point() != fast
    in_units = matrix._replace(unit_Y=torch.ones(800))
    whole_BY = torch.empty(32, 800, dtype=torch.int32)
    found = in_units.product(z_BX, torch.zeros(32, 800), whole_BY, torch.empty(32, 800))
    assert torch.equal(found.long(), z_BX.long() @ matrix.q_XY.long())


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_layer_in_int8_follows_its_equation(name):
    layer = randomised(recurrence_class(name)(D, H)).float()
    x_BTD = states(B, T, D)
    z_BTH = in_int8(layer)(x_BTD)
    exact = EXPLICIT[name](layer, real(x_BTD)).detach()
    assert z_BTH.dtype == torch.int8
    assert (real(z_BTH) - exact).abs().max() < 0.06  # some of 127ths, over nine steps
    assert (real(z_BTH) - exact).abs().mean() < 0.01


@pytest.mark.parametrize("name", ["lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_stack_in_int8_gives_about_what_it_gives_in_float32(name, bidirectional):
    stack = randomised(Stack(recurrence_class(name), D, H, layers=2, bidirectional=bidirectional)).eval()
    rounded = int8_stack(stack)
    x_UD, index_BT = torch.randn(20, D), torch.randint(0, 20, (B, T))
    lengths_B = torch.tensor([9, 8, 7, 3, 2, 1])
    with torch.inference_mode():
        exact = stack.forward_from_table(stack.prepare(x_UD), index_BT, lengths_B)
        found = rounded.forward_from_table(rounded.prepare(x_UD), index_BT, lengths_B)
        for row, length in enumerate(lengths_B.tolist()):
            difference = (real(found) - exact)[row, :length].abs()
            assert difference.max() < 0.15
            assert difference.mean() < 0.015
            alone = rounded.forward_from_table(rounded.prepare(x_UD), index_BT[row : row + 1, :length])
            # Whole numbers add up to the same in any batch.
            assert (alone[0].int() - found[row, :length].int()).abs().max() <= 1
    assert all(weight.dtype == torch.float32 for weight in stack.state_dict().values())


@pytest.mark.parametrize("name", ["rnn", "sru"])
def test_layers_without_int8_raise_an_error(name):
    with pytest.raises(SeqkitError) as caught:
        int8_stack(Stack(recurrence_class(name), D, H, layers=1, bidirectional=False))
    assert "int8" in caught.value.problem
    assert "bfloat16" in caught.value.fix
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("shape", [(51, 3, 40), (1, 1, 40)])
def test_logits_come_from_states_in_int8(shape):
    head = SoftmaxHead(40, 7)
    torch.nn.init.normal_(head.linear.bias)
    z_BTH = states(*shape)
    with torch.inference_mode():
        torch.testing.assert_close(int8_head(head)(z_BTH), head(real(z_BTH)), atol=0.03, rtol=0)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_layer_in_int8_does_not_claim_to_be_a_recurrence(name):
    """It takes neither mask nor state: asked for either it refuses, it does not leave it out of account."""
    layer = in_int8(recurrence_class(name)(D, H))
    assert not isinstance(layer, Recurrence)
    with pytest.raises(TypeError):
        layer(states(B, T, D), torch.ones(B, T, dtype=torch.bool))


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_padding_changes_nothing_in_int8(name):
    layer, x_BTD = in_int8(randomised(recurrence_class(name)(D, H))), states(B, T, D)
    padded = x_BTD.clone()
    padded[:, 4:] = 0
    assert torch.equal(layer(padded)[:, :4], layer(x_BTD)[:, :4])
