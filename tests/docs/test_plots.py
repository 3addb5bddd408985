"""The derivatives behind the plots of the book, compared with their formulas; and the plots themselves."""

from __future__ import annotations

from pathlib import Path

import copying
import make
import pytest
import torch
from jacobians import dependence, norms_over_distance, step_jacobians

IMAGES = Path(make.IMAGES)


def test_one_step_of_an_rnn_has_the_derivative_of_the_book():
    rnn, x_TD = make.layer("rnn"), make.inputs(6)
    z_TH = rnn(x_TD[None])[0][0].detach()
    for jacobian, z_H in zip(step_jacobians(rnn, x_TD), z_TH, strict=True):
        torch.testing.assert_close(jacobian, torch.diag(1 - z_H**2) @ rnn.U.detach())


@pytest.mark.parametrize("name", ["lstm", "gru", "sru"])
def test_a_product_of_steps_is_the_derivative_of_the_whole(name):
    """Of the last state with respect to the state before the first step, by autograd through the plain loop."""
    layer, x_TD = make.layer(name), make.inputs(5)
    start = torch.zeros(layer.state_parts * make.SIZE, dtype=torch.float64)

    def last(flat):
        state = tuple(part[None] for part in flat.split(make.SIZE))
        for x_D in x_TD:
            state = layer.step(x_D[None], state)[1]
        return torch.cat(state, dim=-1)[0]

    whole = torch.func.jacrev(last)(start)
    norms = norms_over_distance(step_jacobians(layer, x_TD))
    assert norms[0] == 1
    assert norms[-1] == pytest.approx(float(torch.linalg.matrix_norm(whole, 2).detach()))


@pytest.mark.parametrize("radius", [0.8, 1.25])
def test_without_inputs_the_gradient_is_a_power_of_the_radius(radius):
    silence = torch.zeros(20, make.SIZE, dtype=torch.float64)
    norms = norms_over_distance(step_jacobians(make.scaled_rnn(radius), silence))
    assert norms == pytest.approx([radius**k for k in range(21)], rel=1e-5)


def test_dependence_is_what_small_changes_show():
    stack, x_TD, step = make.scaled_stack(2, 0.8), make.inputs(4), 1e-6
    change = torch.zeros_like(x_TD)
    change[1, 0] = step
    with torch.no_grad():
        slope = (stack((x_TD + change)[None]) - stack((x_TD - change)[None]))[0, 3] / (2 * step)
    whole = torch.func.jacrev(lambda x: stack(x[None])[0, 3])(x_TD)[:, 1]
    torch.testing.assert_close(whole[:, 0].detach(), slope, atol=1e-8, rtol=1e-6)
    torch.testing.assert_close(dependence(stack, x_TD)[3, 1], whole.detach().norm(dim=-1))


def test_at_weak_inputs_the_paths_of_a_deep_stack_add_up():
    layers, distance = 3, 10
    last = dependence(make.scaled_stack(layers, 0.8), 0.001 * make.inputs(distance + 1))[-1].norm(dim=-1)
    paths = (distance + 1) * (distance + 2) / 2
    assert float(last[0] / last[-1]) == pytest.approx(0.8**distance * paths**0.5, rel=0.1)


@pytest.mark.parametrize("name", make.PLOTS)
def test_each_plot_is_there_and_small(name):
    assert 5_000 < (IMAGES / f"{name}.png").stat().st_size < 80_000


def test_a_plot_is_drawn(tmp_path):
    picture = make.make("birnn", tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_copying_task_is_seeded_and_can_be_learnt():
    pairs = copying.sentences(50, seed=3)
    assert copying.sentences(50, seed=3) == pairs != copying.sentences(50, seed=4)
    assert {len(pair.target.split()) for pair in pairs} <= set(range(1, copying.LONGEST + 1))
    assert all(pair.sources["text"] == pair.target for pair in pairs)
    told = copying.losses(copying.model_with("dot", hidden=32), updates=40)
    assert told[-1] < 0.8 * told[0]


def test_copied_counts_letters_in_their_place():
    model = copying.model_with("none", hidden=16)
    texts = iter(pair.target for pair in copying.sentences(10, seed=-4, longest=4, shortest=4))
    # Greedy search keeps the order of sources that are equally long.
    model.decoder.read = lambda symbols: next(texts)[:3]
    assert copying.copied(model, 4, count=10) == 0.5
