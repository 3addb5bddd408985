"""Objectives of whole outputs and of two passes compared with formulas, sums over all outputs, and torch."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
import toy
import toy_media
import toy_translation

from seqkit.errors import SeqkitError
from seqkit.models.contracts import StepLogProbs
from seqkit.tasks.seq2seq.trainable import Seq2SeqTrainable
from seqkit.tasks.tagging.draws import drawn_labels
from seqkit.tasks.tagging.trainable import TaggingTrainable
from seqkit.training.objective import NLL
from seqkit.training.objective_options import NLLOptions, RDropOptions, RiskOptions, ScheduledOptions
from seqkit.training.objectives import MinimumRisk, RDrop, ScheduledSampling, divergence, smoothed
from seqkit.training.r_drop import r_drop_loss
from seqkit.training.risk import expected_cost, sentence_costs


def translator(count=6, **options):
    """A task of a tiny model, and one batch of it."""
    task = Seq2SeqTrainable(toy_translation.tiny(**options), toy_translation.pairs(count), [])
    task.model.train()
    return task, task.collate(range(count), seed=1)


def copier(count=6):
    """As `translator`, of a model that copies."""
    return translator(count, copy=True)


def tagger():
    task = TaggingTrainable(toy.tiny("lstm"), toy.TREEBANK, [], ["upos"])
    return task, task.collate(range(len(toy.TREEBANK)), seed=1)


def gradients(task, loss):
    task.model.zero_grad()
    loss.mean.backward()
    return {name: p.grad.clone() for name, p in task.model.named_parameters() if p.grad is not None}


def assert_same(task, objective, plain, batch):
    """Loss, counts and every gradient of two objectives."""
    ours, theirs = objective.loss(task, batch), plain.loss(task, batch)
    torch.testing.assert_close(ours.mean, theirs.mean)
    assert int(ours.counts.right) == int(theirs.counts.right)
    assert float(ours.counts.nll) == pytest.approx(float(theirs.counts.nll), rel=1e-5)
    torch.testing.assert_close(gradients(task, ours), gradients(task, theirs), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("made", [translator, copier, tagger])
def test_log_probabilities_of_steps_sum_to_the_loss(made):
    task, batch = made()
    (found, *_) = task.log_probs(batch)
    log_p_N = found.log_p_NV.gather(1, found.y_N[:, None])[:, 0]
    assert float(-log_p_N.sum().detach()) == pytest.approx(float(task.loss(batch).counts.nll), rel=1e-5)
    torch.testing.assert_close(found.log_p_NV.exp().sum(-1), torch.ones(len(found.y_N)))


@pytest.mark.parametrize("made", [translator, copier, tagger])
def test_without_dropout_r_drop_is_the_likelihood(made):
    task, batch = made()
    assert_same(task, RDrop(RDropOptions(label_smoothing=0.1)), NLL(NLLOptions(label_smoothing=0.1)), batch)


def test_r_drop_adds_the_divergence_of_two_passes():
    task, batch = translator(dropout=0.3)
    values = {}
    for alpha in (0.0, 4.0):
        torch.manual_seed(5)
        values[alpha] = float(RDrop(RDropOptions(0.0, alpha)).loss(task, batch).total.detach())
    torch.manual_seed(5)
    a, b = (task.log_probs(batch)[0].log_p_NV for _ in range(2))
    kl = torch.nn.functional.kl_div
    both = kl(a, b, reduction="sum", log_target=True) + kl(b, a, reduction="sum", log_target=True)
    both = both.detach()
    assert float(both) > 1e-3
    assert values[4.0] - values[0.0] == pytest.approx(float(both), rel=1e-4)
    assert float(divergence(a, b)) == pytest.approx(float(both), rel=1e-5)


def test_scheduled_sampling_of_no_own_symbol_is_the_likelihood():
    task, batch = translator()
    assert_same(task, ScheduledSampling(ScheduledOptions(0.1, 0.0)), NLL(NLLOptions(0.1)), batch)


def test_scheduled_sampling_feeds_the_decoder_its_own_samples():
    task, batch = translator(40)
    right_BT, mask_BT = batch.target.inputs_BT, batch.target.mask_BT
    objective = ScheduledSampling(ScheduledOptions(0.0, 0.5))
    torch.manual_seed(1)
    mixed_BT = objective._mixed(task, batch)
    assert torch.equal(mixed_BT[:, 0], right_BT[:, 0])
    told_N = (mixed_BT != right_BT)[:, 1:][mask_BT[:, 1:]]
    # Half of them are drawn; of an untrained model's draws few are right by chance.
    assert 0.4 < float(told_N.float().mean()) < 0.55
    assert torch.equal(batch.target.inputs_BT, right_BT), "the batch itself is left alone"
    loss = objective.loss(task, batch)
    assert math.isfinite(float(loss.mean)) and gradients(task, loss)


@pytest.mark.parametrize("copy", [False, True])
def test_a_step_gives_the_log_probabilities_of_the_whole(copy):
    """Step by step with the right symbols, log P(next) is that of one pass, but for the piece that is never written."""
    task, batch = translator(copy=copy)
    inputs_BT, mask_BT = task.inputs(batch), batch.target.mask_BT
    state, previous_B, steps = task.start(batch), None, []
    for t in range(inputs_BT.shape[1]):
        log_p_BV, state = task.step(previous_B, state)
        steps.append(log_p_BV)
        previous_B = inputs_BT[:, t + 1] if t + 1 < inputs_BT.shape[1] else None
    ours_NV = torch.stack(steps, dim=1)[mask_BT]
    whole_NV = task.log_probs(batch)[0].log_p_NV
    torch.testing.assert_close(ours_NV[:, 1:], whole_NV[:, 1:], atol=1e-5, rtol=1e-4)
    ours_NV[:, 1:].sum().backward()


@pytest.mark.parametrize("copy", [False, True])
def test_outputs_have_the_probability_that_the_model_gives_them(copy):
    task, batch = translator(4, copy=copy)
    for search in (False, True):
        (found,) = task.sample(batch, 3, seed=2, search=search)
        assert found.references == [pair.target for pair in task.train[:4]]
        for texts, log_p_K in zip(found.texts, found.log_p_BK, strict=True):
            assert len(texts) == 3 and bool((log_p_K < 0).all())
            assert len(set(texts)) == 3 or not search
        assert found.log_p_BK.requires_grad
    again = task.sample(batch, 3, seed=2)[0]
    assert again.texts == task.sample(batch, 3, seed=2)[0].texts
    assert again.texts != task.sample(batch, 3, seed=3)[0].texts


def test_the_probability_of_an_output_is_that_of_its_pair():
    """Segmentations differ, so the pieces that were drawn are written once more by the decoder, which must agree."""
    task, batch = translator(4)
    decoder, memory = task.model.decoder, task.model.encode(batch.sources)
    rows = [[3, 4], [5], [], [6, 7, 8]]
    expected = []
    for row, one in enumerate(rows):
        state = decoder.start(memory)
        total, previous = 0.0, None
        for symbol in [*one, decoder.end]:
            log_p_BV, state = decoder.step(previous, state)
            total += float(log_p_BV[row, symbol].detach())
            previous = torch.full((4,), symbol)
        expected.append(total)
    log_p_B = decoder.log_prob(memory, decoder.batch(rows))
    assert log_p_B.tolist() == pytest.approx(expected, abs=1e-4)
    assert decoder.rows(decoder.batch(rows)) == rows
    twice = decoder.log_prob(memory.repeated(2), decoder.batch([row for row in rows for _ in range(2)]))
    assert twice.tolist() == pytest.approx([value for value in expected for _ in range(2)], abs=1e-4)


def test_labels_are_drawn_by_their_probabilities():
    logits_BTL = torch.tensor([[[0.0, 1.0, -1.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], requires_grad=True)
    y_BT = torch.tensor([[0, 1, -1]])
    found = drawn_labels(logits_BTL, y_BT, ["a", "b", "c"], 4000, seed=1)
    assert found.references == ["a b"]
    log_p_TL = logits_BTL[0].log_softmax(-1)
    expected = {
        f"{'abc'[i]} {'abc'[j]}": float(log_p_TL[0, i] + log_p_TL[1, j])
        for i, j in product(range(3), repeat=2)
    }
    for text, log_p in expected.items():
        share = found.texts[0].count(text) / 4000
        assert share == pytest.approx(math.exp(log_p), abs=4 * math.sqrt(math.exp(log_p) / 4000))
        if share:
            place = found.texts[0].index(text)
            assert float(found.log_p_BK[0, place]) == pytest.approx(log_p, abs=1e-5)


def test_expected_cost_by_hand_and_duplicates_count_once():
    log_p_BK = torch.tensor([[math.log(0.4), math.log(0.1), math.log(0.4)]], requires_grad=True)
    cost_BK = torch.tensor([[1.0, 0.0, 1.0]])
    risk_B = expected_cost(log_p_BK, cost_BK, [["x", "y", "x"]], sharpness=1.0)
    assert float(risk_B) == pytest.approx(0.4 / 0.5)
    risk_B.sum().backward()
    # d/d log p_k of Σ Q c = Q_k (c_k - risk)
    assert log_p_BK.grad.tolist()[0] == pytest.approx([0.8 * 0.2, 0.2 * -0.8, 0.0])
    assert float(expected_cost(log_p_BK, cost_BK, [["x", "y", "z"]], 0.0)) == pytest.approx(2 / 3)


def test_costs_follow_the_direction_of_the_metric():
    texts, references = [["a b c d", "x y z w"], ["q", "q r"]], ["a b c d", "q r"]
    for name in ("chrf", "bleu", "exact"):
        cost_BK = sentence_costs(name, texts, references)
        assert cost_BK[0].tolist() == pytest.approx([0.0, 1.0], abs=0.1 if name == "bleu" else 1e-6), name
    assert sentence_costs("wer", texts, references).tolist() == [[0.0, 1.0], [0.5, 0.0]]
    with pytest.raises(SeqkitError, match="no metric named 'blue'\nDid you mean 'bleu'"):
        MinimumRisk(RiskOptions(sentence_metric="blue"))


@pytest.mark.parametrize(("made", "metric"), [(translator, "wer"), (tagger, "exact")])
def test_a_step_of_minimum_risk_lowers_the_expected_cost(made, metric):
    task, batch = made()
    risk = MinimumRisk(RiskOptions(16, sentence_metric=metric, sharpness=1.0, nll_weight=0.0))
    optimizer, values = torch.optim.Adam(task.model.parameters(), lr=0.02), []
    for step in range(60):
        torch.manual_seed(step)
        # A model that has learnt nothing draws nothing that is better than the rest.
        loss = (risk if step >= 30 else NLL(NLLOptions(0.0))).loss(task, batch)
        optimizer.zero_grad()
        loss.mean.backward()
        optimizer.step()
        values.append(float(loss.mean.detach()))
    assert sum(values[-5:]) < 0.8 * sum(values[30:35])


def test_with_weight_1_of_the_likelihood_minimum_risk_is_it():
    task, batch = translator()
    assert_same(task, MinimumRisk(RiskOptions(2, nll_weight=1.0)), NLL(NLLOptions(0.0)), batch)


def test_what_a_task_cannot_do_is_refused_by_name():
    task, _ = tagger()
    with pytest.raises(SeqkitError, match="tagging offers no decoding step by step"):
        ScheduledSampling(ScheduledOptions()).check(task)
    with pytest.raises(SeqkitError, match="tagging offers no search for the best outputs"):
        MinimumRisk(RiskOptions(candidates="beam")).check(task)


def test_a_decoder_that_writes_no_symbols_refuses_objectives_by_name():
    task, _ = translator()
    task.model.decoder = toy_media.Drawer(task.model.options, None, 16, (16,), {})
    with pytest.raises(SeqkitError, match="seq2seq offers no symbols of which the decoder 'text'"):
        RDrop(RDropOptions()).check(task)


def test_step_log_probs_is_one_class():
    from seqkit.tasks import StepLogProbs as public

    assert public is StepLogProbs


SMALL = ("hidden=8", "epochs=1", "threads=1", "vocab_size=120")
OF_TEXT = ("--corpus", "sample-german-english", "--source", "de", "--target", "en")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "data", "settings"),
    [
        ("seq2seq", OF_TEXT, ("objective=r-drop", "alpha=2")),
        ("seq2seq", OF_TEXT, ("objective=scheduled-sampling", "share=0.5")),
        ("seq2seq", OF_TEXT, ("objective=mrt", "samples=4", "sentence_metric=chrf")),
        ("seq2seq", OF_TEXT, ("objective=mrt", "samples=2", "candidates=beam", "train_dtype=bfloat16")),
        ("seq2seq", OF_TEXT, ("objective=mrt", "samples=2", "train_dtype=float64", "attention=none")),
        ("rnn", ("--corpus", "sample-english"), ("objective=mrt", "sentence_metric=exact")),
        ("rnn", ("--corpus", "sample-english"), ("objective=r-drop",)),
    ],
)
def test_each_objective_trains_by_the_command_reproducibly(seqkit, tmp_path, model, data, settings):
    chosen = [part for one in (*SMALL, *settings) for part in ("--set", one)]
    found = []
    for name in ("one", "two"):
        result = seqkit("train", model, *data, "--out", tmp_path / name, *chosen)
        assert result.code == 0, result.err
        found.append((tmp_path / name / "model.safetensors").read_bytes())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (("objective=scheduled-sampling",), "tagging offers no decoding step by step"),
        (("objective=mrt", "candidates=beam"), "tagging offers no search for the best outputs in training"),
    ],
)
def test_an_objective_that_cannot_serve_is_refused_before_anything_is_written(
    seqkit, tmp_path, settings, problem
):
    chosen = [part for one in settings for part in ("--set", one)]
    result = seqkit("train", "rnn", "--corpus", "sample-english", "--out", tmp_path / "out", *chosen)
    assert result.code == 2 and problem in result.err
    assert not (tmp_path / "out").exists()


def test_a_memory_budget_is_refused_where_passes_read_other_sequences():
    risk = MinimumRisk(RiskOptions())
    with pytest.raises(SeqkitError, match="bptt_memory=50MB: this objective reads other sequences"):
        risk.check_memory(translator()[0], "50MB")
    risk.check_memory(translator()[0], "")
    risk.check_memory(tagger()[0], "50MB")
    NLL(NLLOptions()).check_memory(translator()[0], "50MB")


@pytest.mark.parametrize("steps", [1, 200])
def test_r_drop_in_one_pass_has_the_loss_and_gradient_of_its_formula(steps):
    torch.manual_seed(1)
    logits = [torch.randn(steps, 9, dtype=torch.float64).requires_grad_() for _ in range(2)]
    a_NV, b_NV = (one.log_softmax(-1) for one in logits)
    y_N = torch.randint(9, (steps,))
    right = [smoothed(StepLogProbs(one, y_N), 0.1) for one in (a_NV, b_NV)]
    expected = sum(right) / 2 + 3.0 / 4 * divergence(a_NV, b_NV)
    found = r_drop_loss(a_NV, b_NV, y_N, 0.1, 3.0)
    torch.testing.assert_close(found, expected)
    theirs = torch.autograd.grad(expected, logits, retain_graph=True)
    torch.testing.assert_close(torch.autograd.grad(found, logits), theirs)


@pytest.mark.parametrize(
    "objective",
    [
        RDrop(RDropOptions()),
        ScheduledSampling(ScheduledOptions(share=0.5)),
        MinimumRisk(RiskOptions(samples=3)),
        MinimumRisk(RiskOptions(samples=3, candidates="beam", nll_weight=0.0)),
    ],
)
def test_every_objective_reaches_all_weights_of_a_model_that_copies(objective):
    task, batch = translator(copy=True, lexical=True, dropout=0.1)
    loss = objective.loss(task, batch)
    assert math.isfinite(float(loss.mean.detach()))
    for name, gradient in gradients(task, loss).items():
        assert gradient.isfinite().all() and gradient.abs().sum() > 0, name
