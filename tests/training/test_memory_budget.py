"""Exact gradients within a memory budget, and truncated ones, compared with plain back-propagation."""

import pytest
import torch
from torch import nn

from seqkit.config import bytes_in, parse_settings
from seqkit.errors import SeqkitError
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.bfloat16 import products_in
from seqkit.nn.recompute import truncated, within
from seqkit.nn.recompute_schedule import Sizes, least_budget, schedule
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.running import running
from seqkit.nn.saved import SavedBytes
from seqkit.training.arguments import arguments_of
from seqkit.training.batch_loss import in_dtype
from seqkit.training.make_request import make_request
from seqkit.training.memory_budget import MemoryBudget
from seqkit.training.third_party import prepared_by_task
from seqkit.training.truncation import check_window

RECURRENCES = ("rnn", "gru", "lstm", "sru")


class Noisy(Recurrence):
    """A third-party layer: no kernel, a state of two parts, random numbers at each step."""

    state_parts = 2

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.inside = nn.Linear(input_size + hidden_size, hidden_size)

    def step(self, x_BD, state):
        z_BH, c_BH = state
        c_BH = 0.9 * c_BH + torch.tanh(self.inside(torch.cat([x_BD, z_BH], dim=-1)))
        z_BH = c_BH * (torch.rand_like(c_BH) > 0.3)
        return z_BH, (z_BH, c_BH)


def gradients(layer, x_BTD, mask_BT, runner=None):
    """Of everything that a loss on states and outputs depends on, and the bytes that were kept at most."""
    torch.manual_seed(3)
    start = tuple(
        torch.full((len(x_BTD), layer.hidden_size), 0.1, dtype=x_BTD.dtype) for _ in range(layer.state_parts)
    )
    start = tuple(part.requires_grad_() for part in start)
    with SavedBytes(without=[x_BTD, *layer.parameters()]) as counter:
        if runner is None:
            z_BTH, end = layer(x_BTD, mask_BT, start)
        else:
            with running(runner):
                z_BTH, end = layer(x_BTD, mask_BT, start)
        real = 1.0 if mask_BT is None else mask_BT[:, :, None]
        total = (z_BTH * real).sin().sum() + sum(part.square().sum() for part in end)
        wanted = [x_BTD, start[-1], *layer.parameters()]
        found = torch.autograd.grad(total, wanted)
    return found, counter.peak


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", [*RECURRENCES, "noisy"])
def test_gradients_are_those_of_plain_back_propagation(name, masked):
    torch.manual_seed(0)
    layer = (Noisy if name == "noisy" else recurrence_class(name))(5, 8).double()
    x_BTD = torch.randn(3, 150, 5, dtype=torch.float64).requires_grad_()
    mask_BT = torch.arange(150) < torch.tensor([150, 71, 2])[:, None] if masked else None
    plain, peak = gradients(layer, x_BTD, mask_BT)
    sizes = Sizes(150, 0, 3 * 8 * 8 * 12, 3 * 8 * 8 * layer.state_parts)
    for share in (0.6, 0.2, 0.08):
        plan = schedule(sizes, int(share * sizes.whole))
        again, less = gradients(layer, x_BTD, mask_BT, lambda *given, plan=plan: within(plan, *given))
        for one, other in zip(plain, again, strict=True):
            assert torch.allclose(one, other, rtol=1e-12, atol=1e-12)
        assert less < peak


def cut(layer, x_BTD, at: int):
    """The outputs of a layer that is called for the steps before `at`, and then for those after it."""
    first_BTH, state = layer(x_BTD[:, :at])
    return torch.cat([first_BTH, layer(x_BTD[:, at:], None, state)[0]], dim=1)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
def test_states_and_outputs_are_those_of_plain_kernels_in_float32(name):
    """Segments run the kernels of plain back-propagation: for this size oneDNN's LSTM has another one for inference.

    They are bit equal where a processor's kernels compute a part of a sequence as they compute it in the whole.
    """
    torch.manual_seed(0)
    layer = recurrence_class(name)(64, 64)
    x_BTD = torch.randn(4, 60, 64)
    plain, end = layer(x_BTD)
    plan = schedule(Sizes(60, 0, 1000, 200), 4000)
    assert plan.recomputed > 1
    with running(lambda *given: within(plan, *given)):
        again, last = layer(x_BTD)
    exact = all(torch.equal(plain, cut(layer, x_BTD, at)) for at in range(1, 60))
    tolerance = 0.0 if exact else 1e-6
    for one, other in zip((plain, *end), (again, *last), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=tolerance)
    assert all(parameter.requires_grad for parameter in layer.parameters())


def test_gradients_that_parameters_have_already_are_kept():
    layer, x_BTD = recurrence_class("lstm")(3, 8).double(), torch.randn(2, 60, 3, dtype=torch.float64)
    plan = schedule(Sizes(60, 0, 1000, 200), 4000)
    for times in (1, 2):
        with running(lambda *given: within(plan, *given)):
            layer(x_BTD)[0].sum().backward()
        if times == 1:
            once = [parameter.grad.clone() for parameter in layer.parameters()]
    for parameter, first in zip(layer.parameters(), once, strict=True):
        assert torch.allclose(parameter.grad, 2 * first, rtol=1e-12)


def test_equally_cheap_schedules_use_few_calls():
    """Of 91 blocks, eight fit beside the checkpoints: 83 left to recompute in at least eleven segments."""
    plan = schedule(Sizes(steps=1000, fixed=0, a_step=28736, state=4096), 2_873_600)
    assert plan.recomputed == pytest.approx(83 / 91)
    assert len(plan.spine) <= 11


def test_the_schedule_is_the_best_there_is():
    """Against a search without tables, and the two ends: keep everything, keep one block."""
    for budget in (40, 60, 100):
        sizes = Sizes(steps=12, fixed=0, a_step=10, state=5)
        plan = schedule(sizes, budget)
        assert plan.recomputed * 12 == pytest.approx(cheapest(12, budget))
    assert schedule(sizes, sizes.whole).spine == ()
    assert schedule(sizes, 14) is None and schedule(sizes, least_budget(sizes)) is not None


def cost(steps, budget, known):
    """C(t, m) in single steps and bytes, by trying all."""
    if 10 * steps <= budget:
        return steps
    if (steps, budget) not in known:
        known[steps, budget] = (
            min(
                (y + cost(steps - y, budget - 5, known) + cost(y, budget, known) for y in range(1, steps)),
                default=float("inf"),
            )
            if budget > 5
            else float("inf")
        )
    return known[steps, budget]


def cheapest(steps, budget, known=None):
    """G(t, m) likewise."""
    known = {} if known is None else known
    if 10 * steps <= budget or not steps:
        return 0
    if budget <= 5:
        return float("inf")
    return min(cheapest(steps - y, budget - 5, known) + cost(y, budget, known) for y in range(1, steps + 1))


def test_one_more_forward_pass_saves_nine_tenths():
    plan = schedule(Sizes(steps=1000, fixed=0, a_step=12, state=2), 1200)
    assert plan.recomputed <= 1.0


class Quiet:
    def note(self, message):
        pass


def step_of(model, corpus, *settings, dtype="float64"):
    """A task and one of its batches."""
    own = {"model": model, "corpus": corpus}
    request = make_request(
        arguments_of(own, [], parse_settings([*settings, f"train_dtype={dtype}", "batch_words=300"]))
    )
    torch.manual_seed(1)
    task = prepared_by_task(request, Quiet()).task
    if dtype == "float64":
        task.model.double()
    task.model.train()
    batch = in_dtype(task.collate(task.batches(300, 1, 0)[0], 3), dtype)
    return task, batch


def trained(task, batch, limit=0, dtype="float64"):
    """The gradient of each parameter, and the bytes kept at most."""
    task.load_state_dict({})
    task.model.zero_grad(set_to_none=True)
    torch.manual_seed(5)
    budget = MemoryBudget(task, limit) if limit else None
    with products_in(dtype), SavedBytes(without=task.model.parameters()) as counter:
        if budget is None:
            loss = task.loss(batch)
        else:
            with budget.step(batch, lambda: task.loss(batch)):
                loss = task.loss(batch)
        loss.mean.backward()
    found = {name: p.grad.clone() for name, p in task.model.named_parameters() if p.grad is not None}
    return found, counter.peak


TASKS = [
    ("birnn", "sample-english", ("hidden=48", "layers=2", "char_size=0"), 0.98),
    ("gru", "sample-english", ("hidden=48",), 0.8),
    ("sru", "sample-english", ("hidden=48", "dropout=0.4"), 0.8),
    ("seq2seq", "sample-german-english", ("hidden=64", "source=de", "target=en", "vocab_size=120"), 0.85),
    ("lm", "sample-english", ("hidden=64", "bptt_window=100"), 0.6),
    (
        "seq2seq",
        "adding?length=300&examples=40",
        ("encoder=frames", "decoder=vector", "hidden=32", "attention=none", "bidirectional=false"),
        0.15,
    ),
]


@pytest.mark.parametrize(("model", "corpus", "settings", "share"), TASKS)
def test_a_training_step_stays_within_its_budget(model, corpus, settings, share):
    task, batch = step_of(model, corpus, *settings)
    plain, peak = trained(task, batch)
    limit = int(share * peak)
    again, less = trained(task, batch, limit)
    assert less <= limit
    assert plain.keys() == again.keys()
    for name, one in plain.items():
        assert torch.allclose(one, again[name], rtol=1e-12, atol=1e-12 * float(one.abs().max())), name


def test_bfloat16_is_reproducible():
    task, batch = step_of("seq2seq", TASKS[-1][1], *TASKS[-1][2], dtype="bfloat16")
    peak = trained(task, batch, dtype="bfloat16")[1]
    first, second = (trained(task, batch, int(0.3 * peak), "bfloat16")[0] for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_too_small_a_budget_is_refused_with_the_minimum():
    task, batch = step_of("lm", "sample-english", "hidden=64", "bptt_window=100")
    with pytest.raises(SeqkitError, match=r"bptt_memory=20kB: too small; other modules keep \d+kB") as error:
        trained(task, batch, 20_000)
    least = bytes_in("least", error.value.fix.split("at least ")[1].split(":")[0])
    assert trained(task, batch, least)[1] <= least
    with pytest.raises(SeqkitError, match="too small"):
        trained(task, batch, int(0.9 * least))


def test_too_small_a_budget_is_refused_before_training_with_what_suffices_for_all_batches(seqkit, tmp_path):
    """The batches of the corpus need 0.8 to 0.9 MB, the first of them less than others."""
    own = ("--corpus", "sample-english", "--set", "epochs=2", "--set", "hidden=16", "--out", tmp_path / "run")
    done = seqkit("train", "rnn", *own, "--set", "bptt_memory=10kB")
    assert done.code == 2 and "bptt_memory=10kB: too small" in done.err and not (tmp_path / "run").exists()
    least = done.err.split("at least ")[1].split(":")[0]
    assert seqkit("train", "rnn", *own, "--set", "bptt_memory=800kB").code == 2
    assert not (tmp_path / "run").exists()
    assert seqkit("train", "rnn", *own, "--set", f"bptt_memory={least}").code == 0


def test_a_run_within_a_budget_gives_the_same_model_and_resumes_with_that_budget(seqkit, tmp_path):
    own = (
        "--corpus",
        "sample-english",
        "--set",
        "epochs=2",
        "--set",
        "hidden=24",
        "--set",
        "train_dtype=float64",
    )
    assert seqkit("train", "lstm", *own, "--out", tmp_path / "plain").code == 0
    small = (*own, "--set", "bptt_memory=30MB")
    assert seqkit("train", "lstm", *small, "--out", tmp_path / "small").code == 0
    weights = [(tmp_path / run / "model.safetensors").read_bytes() for run in ("plain", "small")]
    assert len(weights[0]) == len(weights[1])
    again = (*own, "--set", "bptt_memory=40MB", "--out", tmp_path / "small", "--resume")
    done = seqkit("train", "lstm", *again)
    assert done.code == 2 and "bptt_memory='30MB', not '40MB'" in done.err


@pytest.mark.parametrize("size", ["512", "1.5GB", "64 kB", "3M"])
def test_sizes_are_read(size):
    assert bytes_in("bptt_memory", size) in (512, 1_500_000_000, 64_000, 3_000_000)


@pytest.mark.parametrize("size", ["much", "-5MB", "0", "5 apples"])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(SeqkitError, match="is not a size"):
        bytes_in("bptt_memory", size)


def test_truncation_computes_the_same_states_and_cuts_the_gradient():
    layer = recurrence_class("lstm")(4, 6).double()
    x_BTD = torch.randn(2, 10, 4, dtype=torch.float64).requires_grad_()
    plain, _ = layer(x_BTD)
    with running(truncated(4, [layer])):
        cut, end = layer(x_BTD)
    assert torch.equal(plain, cut) or torch.allclose(plain, cut, atol=1e-14)
    (d_x,) = torch.autograd.grad(cut[:, 6].sum(), x_BTD, retain_graph=True)
    reached = [t for t in range(10) if float(d_x[:, t].abs().sum())]
    assert reached == [4, 5, 6]
    (d_x,) = torch.autograd.grad(sum(part.sum() for part in end), x_BTD)
    assert [t for t in range(10) if float(d_x[:, t].abs().sum())] == [8, 9]


def test_a_window_as_long_as_the_text_changes_nothing():
    task, batch = step_of("lstm", "sample-english", "bidirectional=false")
    plain, _ = trained(task, batch)
    task.truncation = truncated(1000, [m for m in task.model.network.modules() if isinstance(m, Recurrence)])
    with running(task.truncation):
        again, _ = trained(task, batch)
    assert all(torch.equal(plain[name], again[name]) for name in plain)


def test_a_bidirectional_network_has_no_window(seqkit, tmp_path):
    check_window(0, True)
    own = ("--corpus", "sample-english", "--out", tmp_path / "run", "--set", "bptt_window=8")
    done = seqkit("train", "birnn", *own)
    assert done.code == 2 and "bptt_window=8: a bidirectional network needs the whole sequence" in done.err
    assert not (tmp_path / "run").exists()
    assert seqkit("train", "rnn", *own, "--set", "epochs=1", "--set", "hidden=16").code == 0
