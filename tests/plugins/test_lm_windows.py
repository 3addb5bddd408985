"""Windows of a language model's training: coverage, the carried state, and where the gradient stops."""

from collections import Counter

import numpy as np
import pytest
import torch
from lm_models import encoded, one_pass, trainable, untrained
from seqkit_lm.symbols import BOUNDARY
from seqkit_lm.trainable import LMTrainable

LENGTHS = (12, 1, 5, 23, 10, 7, 6)
"""Shorter than a window of five, as long as one or two, and longer."""
DOCUMENTS = [["abcd", "dcbaab"], ["a"], ["bcdabc", "", "dda"], ["abcabcabcd", "bbacdbd", "cab"], ["dcba"]]
RECURRENCES = ["rnn", "lstm", "gru", "sru"]


def numbered():
    """Documents in which every symbol occurs once, so that a target tells its document and place."""
    starts = np.cumsum([100, *LENGTHS])
    return [np.arange(start, start + length) for start, length in zip(starts, LENGTHS, strict=False)]


@pytest.mark.parametrize("lanes", [1, 3, 20])
@pytest.mark.parametrize("window", [1, 5, 64])
def test_an_epoch_predicts_every_symbol_once_from_the_one_before(window, lanes):
    documents = numbered()
    task = LMTrainable(None, documents, [], 0, window)
    before = {int(y): int(x) for ids in documents for x, y in zip([BOUNDARY, *ids], ids, strict=False)}
    for epoch in range(3):
        seen = Counter()
        for indices in task.batches(window * lanes, 1, epoch):
            batch = task.collate(indices, 0)
            assert len(indices) <= lanes and batch.inputs_BT.shape[1] <= window
            targets = batch.targets_BT[batch.mask_BT].tolist()
            assert [before[y] for y in targets] == batch.inputs_BT[batch.mask_BT].tolist()
            seen.update(targets)
        assert seen == Counter(before.keys())
    assert sum(task.lengths) == sum(LENGTHS)


def test_each_lane_reads_its_documents_from_beginning_to_end():
    """Row r of batch k + 1 goes on where row r of batch k stopped, or begins a document where that one ended."""
    documents = numbered()
    task = LMTrainable(None, documents, [], 0, 5)
    last_symbols = {int(ids[-1]) for ids in documents}
    ended = []
    for indices in task.batches(15, 1, 0):
        batch = task.collate(indices, 0)
        ends = [row[mask][-1].item() for row, mask in zip(batch.targets_BT, batch.mask_BT, strict=True)]
        for row, end in enumerate(ended[: len(ends)]):
            assert batch.fresh_B[row] == (end in last_symbols)
            assert batch.inputs_BT[row, 0] == (BOUNDARY if end in last_symbols else end)
        if not ended:
            assert batch.fresh_B.all()
        assert set(ended[len(ends) :]) <= last_symbols, "a lane stops at the end of a document only"
        ended = ends


def test_the_seed_and_the_epoch_decide_the_order_of_documents():
    task = LMTrainable(None, numbered(), [], 0, 5)
    assert task.batches(15, 1, 0) == task.batches(15, 1, 0)
    assert task.batches(15, 1, 0) != task.batches(15, 1, 1)
    assert task.batches(15, 1, 0) != task.batches(15, 2, 0)


@pytest.mark.parametrize("recurrence", RECURRENCES)
@pytest.mark.parametrize("lanes", [1, 4])
def test_windows_with_the_carried_state_cost_what_one_pass_costs(recurrence, lanes):
    """In the second epoch, too, whose first batch has more rows than the last batch of the first."""
    model = untrained(DOCUMENTS, spread=3.0, recurrence=recurrence, layers=2)
    task = trainable(model, DOCUMENTS, 5)
    whole = -sum(one_pass(model, ids.tolist()).sum() for ids in task.train)
    for epoch in range(2):
        batches = [task.collate(indices, 0) for indices in task.batches(5 * lanes, 1, epoch)]
        cut = sum(task.loss(batch).counts.nll.item() for batch in batches)
        assert cut == pytest.approx(whole, rel=1e-5)
    without = 0.0
    for batch in batches:
        task.load_state_dict({})
        without += task.loss(batch).counts.nll.item()
    assert abs(without - whole) > 1e-3 * whole, "a state that changes nothing would prove nothing"


def test_an_epoch_can_begin_with_more_rows_than_the_last_one_ended_with():
    """Two lanes that end together and two shorter ones: 4, 2, 2 rows, and 4 again."""
    documents = [["abcdabcda"], ["dcbadcbad"], ["abc"], ["bca"]]
    task = trainable(untrained(documents), documents, 5)
    for epoch in range(2):
        batches = task.batches(20, 1, epoch)
        assert [len(batch) for batch in batches] == [4, 2, 2]
        for indices in batches:
            task.loss(task.collate(indices, 0))


@pytest.mark.parametrize("recurrence", RECURRENCES)
def test_carried_states_that_are_saved_and_put_back_give_the_same_losses(recurrence):
    model = untrained(DOCUMENTS, spread=3.0, recurrence=recurrence, layers=2)
    task, other = trainable(model, DOCUMENTS, 5), trainable(model, DOCUMENTS, 5)
    assert task.state_dict() == {}
    batches = [task.collate(indices, 0) for indices in task.batches(10, 1, 0)]
    task.loss(batches[0])
    carried = {name: part.clone() for name, part in task.state_dict().items()}
    expected = [task.loss(batch).counts.nll.item() for batch in batches[1:]]
    other.load_state_dict(carried)
    assert [other.loss(batch).counts.nll.item() for batch in batches[1:]] == expected
    other.load_state_dict({})
    assert other.loss(batches[1]).counts.nll.item() != expected[0]


def test_a_batch_that_is_read_twice_begins_with_the_same_states():
    """As by an objective that adds to the loss something of the log-probabilities."""
    task = trainable(untrained(DOCUMENTS, spread=3.0), DOCUMENTS, 5)
    batches = [task.collate(indices, 0) for indices in task.batches(10, 1, 0)]
    expected = [task.loss(batch).counts.nll.item() for batch in batches]
    task.load_state_dict({})
    for batch, nll in zip(batches, expected, strict=True):
        (steps,) = task.log_probs(batch)
        picked_N = steps.log_p_NV.gather(1, steps.y_N[:, None])
        assert task.loss(batch).counts.nll.item() == pytest.approx(-picked_N.sum().item(), rel=1e-5)
        assert task.loss(batch).counts.nll.item() == nll


def test_the_loss_is_a_mean_of_steps_and_label_smoothing_mixes_in_all_symbols():
    """(1 - ε) · -log P(y) + ε / V · Σ_v -log P(v), of the real steps."""
    task = trainable(untrained(DOCUMENTS, spread=3.0), DOCUMENTS, 5)
    batch = task.collate(task.batches(20, 1, 0)[1], 0)
    assert not batch.mask_BT.all()
    (steps,) = task.log_probs(batch)
    nll_N = -steps.log_p_NV.gather(1, steps.y_N[:, None])[:, 0]
    plain, smooth = task.loss(batch), task.loss(batch, 0.1)
    assert plain.counts.steps == int(batch.mask_BT.sum())
    assert plain.mean.item() == pytest.approx(nll_N.mean().item(), rel=1e-5)
    expected = 0.9 * nll_N + 0.1 * -steps.log_p_NV.mean(-1)
    assert smooth.mean.item() == pytest.approx(expected.mean().item(), rel=1e-5)


def test_losses_of_steps_are_those_of_one_pass_and_zero_at_padding():
    model = untrained(DOCUMENTS, spread=3.0)
    task = trainable(model, DOCUMENTS, 5)
    found = [[] for _ in DOCUMENTS]
    for indices in task.batches(20, 1, 0):
        batch = task.collate(indices, 0)
        losses_BT = task.step_losses(batch).detach()
        assert (losses_BT[~batch.mask_BT] == 0).all()
        for index, losses_T in zip(indices, losses_BT, strict=True):
            window = task.windows[index]
            found[window.document] += losses_T[: window.end - window.start].tolist()
    for losses, ids in zip(found, task.train, strict=True):
        assert losses == pytest.approx((-one_pass(model, ids.tolist())).tolist(), rel=1e-4)


@pytest.mark.parametrize("recurrence", RECURRENCES)
def test_the_gradient_stops_where_a_window_begins(recurrence):
    """x stands first and nowhere else. Steps 6 to 11 depend on its vector through the state alone."""
    documents = [["xabcabcabca"]]
    model = untrained(documents, spread=3.0, recurrence=recurrence)
    (ids,) = encoded(model, documents)
    x = ids[0]
    assert (ids == x).sum() == 1 and len(ids) == 13

    def second_part(window: int):
        """Loss of steps 6 to 11, and its gradient by the vector of x."""
        task = trainable(model, documents, window)
        batches = [task.collate(indices, 0) for indices in task.batches(window, 1, 0)]
        model.zero_grad()
        losses_T = torch.cat([task.step_losses(batch)[0] for batch in batches])
        loss = losses_T[6:12].sum()
        loss.backward()
        return loss.item(), model.embedding.weight.grad[x].abs().max().item()

    loss, cut_gradient = second_part(6)
    whole_loss, whole_gradient = second_part(13)
    assert loss == pytest.approx(whole_loss, rel=1e-5)
    assert cut_gradient == 0.0
    assert whole_gradient > 1e-6
    with torch.no_grad():
        model.embedding.weight[x] += 1.0
    assert abs(second_part(6)[0] - loss) > 1e-4, "the state does not reach the second window"


def test_the_gradient_within_a_window_is_that_of_finite_differences():
    """In float64, from the second window of a document, whose state is carried."""
    documents = [["abcdabdcbacd"]]
    model = untrained(documents, spread=3.0).double()
    task = trainable(model, documents, 5)
    first, second = (task.collate([index], 0) for index in (0, 1))

    def loss() -> torch.Tensor:
        task.load_state_dict(carried)
        return task.loss(second).mean

    task.loss(first)
    carried = dict(task.state_dict())
    model.zero_grad()
    loss().backward()
    for weight in (model.embedding.weight, *model.layers.parameters(), model.output.bias):
        place = int(weight.grad.abs().argmax())
        step = torch.zeros(weight.numel(), dtype=torch.float64)
        step[place] = 1e-5
        step = step.view_as(weight)
        with torch.no_grad():
            weight += step
            above = loss().item()
            weight -= 2 * step
            below = loss().item()
            weight += step
        assert (above - below) / 2e-5 == pytest.approx(weight.grad.flatten()[place].item(), rel=1e-4)
