"""Calibration errors compared with manual sums, and on a sample drawn from known probabilities."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from toy import TREEBANK, tiny

from seqkit.evaluation.calibration import (
    adaptive_calibration_error,
    expected_calibration_error,
    measure_calibration,
)
from seqkit.examples import Sentence
from seqkit.tasks.tagging.report import calibration_table
from seqkit.tasks.tagging.temperature import calibrate


def test_equal_width_bins_by_hand():
    """Bins of 0.2: (0.4, 0.6] has 0.5 and 0.6, one right; (0.8, 1] has 0.9, 0.9, 1.0, two right."""
    p_N = np.array([0.5, 0.6, 0.9, 0.9, 1.0])
    right_N = np.array([True, False, True, False, True])
    by_hand = 2 / 5 * abs(1 / 2 - 0.55) + 3 / 5 * abs(2 / 3 - 2.8 / 3)
    assert expected_calibration_error(p_N, right_N, bins=5) == pytest.approx(by_hand)


def test_adaptive_bins_by_hand():
    """Two bins in the order of p: 0.2, 0.7 (both right) and 0.8, 1.0 (one right)."""
    p_N = np.array([0.8, 0.2, 1.0, 0.7])
    right_N = np.array([False, True, True, True])
    by_hand = 2 / 4 * abs(1 - 0.45) + 2 / 4 * abs(0.5 - 0.9)
    assert adaptive_calibration_error(p_N, right_N, bins=2) == pytest.approx(by_hand)


@pytest.mark.parametrize("error", [expected_calibration_error, adaptive_calibration_error])
def test_true_probabilities_have_no_error_and_overconfident_ones_have_theirs(error):
    random = np.random.default_rng(1)
    p_N = random.uniform(0.3, 0.9, 200_000)
    right_N = random.random(len(p_N)) < p_N
    assert error(p_N, right_N) < 0.006
    assert error(p_N + 0.1, right_N) == pytest.approx(0.1, abs=0.004)
    assert error(np.array([]), np.array([], dtype=bool)) == 0


def by_hand(model, sentences: list[Sentence], kind: str, temperature: float) -> tuple[float, float]:
    """ECE and loss, one sentence at a time, without tensors of several words."""
    p, right, losses = [], [], []
    for sentence in sentences:
        (logits_TL,) = model(model.collate([sentence]))[kind]
        for logits_L, gold in zip(logits_TL.tolist(), sentence.labels[kind], strict=True):
            scores = [math.exp(logit / temperature) for logit in logits_L]
            best = logits_L.index(max(logits_L))
            labels = model.facts.labels[kind]
            p.append(scores[best] / sum(scores))
            right.append(labels[best] == gold)
            if gold in labels:
                losses.append(-math.log(scores[labels.index(gold)] / sum(scores)))
    bins: dict[int, list[int]] = {}
    for index, value in enumerate(p):
        bins.setdefault(math.ceil(value * 15), []).append(index)
    ece = sum(abs(sum(right[i] - p[i] for i in members)) for members in bins.values()) / len(p)
    return ece, sum(losses) / len(losses)


@torch.inference_mode()
def test_a_tagger_is_measured_as_by_hand():
    model = tiny("lstm").eval()
    calibrate(model, TREEBANK)
    stranger = Sentence(["the", "cat"], {"upos": ["X", "NOUN"]})
    sentences = [*TREEBANK, stranger]
    (found,) = measure_calibration(model, sentences, ["upos"])
    temperature = float(model.heads["upos"].temperature)
    assert found.temperature == temperature != 1
    assert found.words == sum(len(sentence.words) for sentence in sentences)
    for measured, divisor in ((found.before, 1.0), (found.after, temperature)):
        assert (measured.ece, measured.nll) == pytest.approx(by_hand(model, sentences, "upos", divisor), 1e-4)
    assert found.after.nll < found.before.nll


@torch.inference_mode()
def test_a_crf_is_measured_by_its_marginals():
    """Of two words: the marginals from the sum over all pairs of labels."""
    model = tiny("lstm", crf="upos").eval()
    head = model.heads["upos"]
    head.A.copy_(torch.randn(head.A.shape))
    short = Sentence(["the", "cat"], {"upos": ["DET", "NOUN"]})
    (found,) = measure_calibration(model, [short, *TREEBANK], ["upos"])
    (alone,) = measure_calibration(model, [short], ["upos"])
    (logits_TL,) = model(model.collate([short]))["upos"]
    joint_LL = torch.exp(logits_TL[0][:, None] + head.A + logits_TL[1][None])
    joint_LL = joint_LL / joint_LL.sum()
    det, noun = (model.facts.labels["upos"].index(label) for label in ("DET", "NOUN"))
    by_hand = -(math.log(joint_LL.sum(1)[det]) + math.log(joint_LL.sum(0)[noun])) / 2
    assert alone.before.nll == alone.after.nll == pytest.approx(by_hand, rel=1e-4)
    assert found.words == 2 + sum(len(sentence.words) for sentence in TREEBANK)


def test_a_word_without_upos_is_left_out():
    model = tiny("rnn")
    some = [replace(s, labels={"upos": ["_", *s.labels["upos"][1:]]}) for s in TREEBANK]
    (found,) = measure_calibration(model, some, ["upos"])
    assert found.words == sum(len(sentence.words) - 1 for sentence in TREEBANK)
    assert model.training


def test_without_a_gold_label_that_the_model_knows_there_is_no_likelihood():
    foreign = [replace(s, labels={"upos": ["STRANGE"] * len(s.words)}) for s in TREEBANK]
    (found,) = measure_calibration(tiny("rnn"), foreign, ["upos"])
    assert found.before.nll is None and found.after.nll is None
    assert calibration_table([found]).rows[0].count("–") == 2


def test_the_table_has_a_row_for_each_kind():
    calibrations = measure_calibration(tiny("rnn"), TREEBANK, ["upos", "xpos"])
    table = calibration_table(calibrations)
    assert [row[0] for row in table.rows] == ["upos", "xpos"]
    assert all(len(row) == len(table.header) for row in table.rows)
    assert float(table.rows[0][2]) == pytest.approx(100 * calibrations[0].before.ece, abs=0.01)
