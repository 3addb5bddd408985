"""Layers solved for all steps at once compared with their loop: states, gradients, refused cases."""

import pytest
import torch
from torch import Tensor, nn

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.running import running
from seqkit.nn.time_parallel import windows
from seqkit.nn.time_parallel.check import whole_form
from seqkit.nn.time_parallel.newton import TOLERANCE, solve
from seqkit.nn.time_parallel.runner import Plan, TimeParallel, fixed
from seqkit.nn.time_parallel.steps import Form, LayerSteps

D, H, LENGTHS = 5, 8, (45, 30, 7)


class Mixed(Recurrence):
    """A plugin's layer: parts of different sizes, no matrix named U."""

    state_parts = 2

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        self.inner = nn.Linear(input_size + hidden_size + 3, hidden_size)
        self.memory = nn.Linear(hidden_size, 3)

    def initial_state(self, x_BTD: Tensor) -> State:
        return x_BTD.new_zeros(len(x_BTD), self.hidden_size), x_BTD.new_zeros(len(x_BTD), 3)

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH = torch.sin(self.inner(torch.cat([x_BD, *state], dim=-1)))
        return z_BH, (z_BH, 0.9 * state[1] + 0.1 * self.memory(z_BH))


class Leaky(Recurrence):
    """A plugin's element-wise layer that is not linear in z."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        self.W = nn.Linear(input_size, hidden_size)

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH = torch.tanh(self.W(x_BD) + 0.8 * state[0])
        return z_BH, (z_BH,)


def layer_named(name: str, dtype: torch.dtype, radius: float = 0.9) -> Recurrence:
    torch.manual_seed(3)
    layer = {"mixed": Mixed, "leaky": Leaky}.get(name) or recurrence_class(name)
    made = layer(D, H).to(dtype)
    for U in made.recurrent_matrices():
        U.mul_(radius)
    return made


def both(layer: Recurrence, form: Form, exact: Form, masked: bool) -> tuple[list, list, TimeParallel]:
    """States and gradients by the loop of `Recurrence` and by the solver; states at padding are left out."""
    dtype = next(layer.parameters()).dtype
    draw = torch.Generator().manual_seed(5)
    x_BTD = torch.randn(3, 45, D, generator=draw).to(dtype).requires_grad_()
    mask_BT = torch.arange(45) < torch.tensor(LENGTHS)[:, None] if masked else None
    real_BT1 = torch.ones(3, 45, 1, dtype=dtype) if mask_BT is None else mask_BT[..., None].to(dtype)
    like = layer.initial_state(x_BTD)
    start = tuple((0.3 * torch.randn(part.shape, generator=draw)).to(dtype).requires_grad_() for part in like)
    weight_BTH = torch.randn(3, 45, H, generator=draw).to(dtype)
    solver = TimeParallel(fixed({id(layer): Plan(form, exact)}))
    found = []
    for parallel in (False, True):
        if parallel:
            with running(solver):
                z_BTH, end = layer(x_BTD, mask_BT, start)
        else:
            z_BTH, end = Recurrence.forward(layer, x_BTD, mask_BT, start)
        states = [z_BTH * real_BT1, *end]
        loss = (states[0] * weight_BTH).sum() + sum(part.square().sum() for part in end)
        wanted = [x_BTD, *start, *layer.parameters()]
        gradients = torch.autograd.grad(loss, wanted, allow_unused=True)
        found.append([states, [torch.zeros(()) if g is None else g for g in gradients]])
    return found[0], found[1], solver


def largest(these: list[Tensor], those: list[Tensor]) -> float:
    """Largest difference, relative to the largest number of each tensor or to 1."""
    pairs = zip(these, those, strict=True)
    return max(float((a - b).detach().abs().max() / b.detach().abs().max().clamp(min=1)) for a, b in pairs)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "sru", "mixed", "leaky"])
def test_newton_gives_the_loops_states_and_gradients(name, dtype):
    layer = layer_named(name, dtype)
    exact = whole_form(layer, name)
    assert exact == ("separable" if name in ("sru", "leaky") else "dense")
    for masked in (True, False):
        loop, solved, solver = both(layer, exact, exact, masked)
        (counts,) = solver.counts.values()
        assert (counts.solved, counts.by_loop) == (3, 0)
        assert largest(solved[0], loop[0]) < (1e-9 if dtype == torch.float64 else 1e-5)
        assert largest(solved[1], loop[1]) < (1e-9 if dtype == torch.float64 else 1e-4)


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_quasi_newton_gives_them_too_in_more_iterations(name):
    layer = layer_named(name, torch.float64, radius=0.5)
    loop, solved, quasi = both(layer, "diagonal", "dense", masked=True)
    newton = both(layer, "dense", "dense", masked=True)[2]
    assert largest(solved[0], loop[0]) < 1e-5 and largest(solved[1], loop[1]) < 1e-4
    (few,), (many,) = newton.counts.values(), quasi.counts.values()
    assert many.solved == 3 and many.iterations > few.iterations


def test_windows_that_fit_into_memory_are_solved_one_after_the_other(monkeypatch):
    monkeypatch.setattr(windows, "BUDGET", 3 * 16**2 * 8 * 16)
    layer = layer_named("lstm", torch.float64)
    assert len(windows.windows(3, 45, torch.zeros(3, 16, dtype=torch.float64), "dense")) == 3
    loop, solved, solver = both(layer, "dense", "dense", masked=True)
    (counts,) = solver.counts.values()
    assert counts.solved == 3
    assert largest(solved[0], loop[0]) < 1e-9 and largest(solved[1], loop[1]) < 1e-9


def test_a_linear_recurrence_is_solved_by_one_scan():
    layer = layer_named("sru", torch.float64)
    x_BTD = torch.randn(2, 301, D, dtype=torch.float64)
    steps = LayerSteps(layer, x_BTD, None, (H, H))
    with torch.no_grad():
        found = solve(steps, x_BTD.new_zeros(2, 2 * H), "separable", "separable")
    assert (
        found.accepted_B.all() and int(found.iterations_B.max()) == 2
    )  # The second finds nothing to correct.
    assert float((found.s_BTN[..., :H] - layer(x_BTD)[0]).detach().abs().max()) < 1e-14


def tanh_of_radius(radius: float) -> tuple[Recurrence, Tensor]:
    """A chaotic layer, and inputs; both are float32 numbers in float64."""
    torch.manual_seed(19)
    layer = recurrence_class("rnn")(H, H).double()
    with torch.no_grad():
        nn.init.normal_(layer.U)
        layer.U.mul_(radius / torch.linalg.eigvals(layer.U).abs().max())
        nn.init.normal_(layer.W, std=0.1 / H**0.5)
    return layer.float().double(), torch.randn(1, 300, H).double()


def test_a_small_residual_with_a_large_error_is_refused():
    """tanh, H = 8, T = 300, spectral radius 3: a residual test would accept states that are wrong everywhere."""
    from seqkit.nn.time_parallel.certify import bounds, curvature

    layer, x_BTD = tanh_of_radius(3.0)
    right_BTH = layer(x_BTD)[0].detach()
    wrong_BTH = layer.float()(x_BTD.float())[0].detach().double()
    steps = LayerSteps(layer.double(), x_BTD, None, (H,))
    before_BTH = torch.cat([torch.zeros(1, 1, H, dtype=torch.float64), wrong_BTH[:, :-1]], dim=1)
    f_BTH, J_BTGPP = steps.jacobians(before_BTH, "dense")
    residual_BTH = f_BTH - wrong_BTH
    assert float(residual_BTH.abs().max()) < 1e-5
    assert float((wrong_BTH - right_BTH).abs().max()) > 0.48
    ell_B = curvature(steps, before_BTH, J_BTGPP, "dense")
    made = bounds(
        J_BTGPP,
        steps.grouped(residual_BTH, "dense"),
        steps.grouped(wrong_BTH, "dense"),
        ell_B,
        torch.zeros(1),
    )
    assert float(made.error_B) > TOLERANCE
    with torch.no_grad():
        found = solve(steps, torch.zeros(1, H, dtype=torch.float64), "dense", "dense", most=300)
    error = float((found.s_BTN - right_BTH).norm(dim=-1).max())
    assert not found.accepted_B.any() or error < TOLERANCE


def test_sequences_without_a_certified_solution_use_the_loop():
    layer, x_BTD = tanh_of_radius(3.0)
    contracting_BTD = torch.cat([x_BTD, 1000 * torch.sign(x_BTD)])  # Strong inputs saturate tanh.
    solver = TimeParallel(fixed({id(layer): Plan("dense", "dense")}))
    with running(solver):
        z_BTH, (end_BH,) = layer(contracting_BTD)
    (counts,) = solver.counts.values()
    assert (counts.solved, counts.by_loop) == (1, 1)
    chaotic_BTH, (chaotic_BH,) = layer(x_BTD)
    assert torch.equal(z_BTH[:1], chaotic_BTH) and torch.equal(end_BH[:1], chaotic_BH)
    assert float((z_BTH - layer(contracting_BTD)[0]).detach()[1].norm(dim=-1).max()) < TOLERANCE
