"""Temperature scaling recovers the temperature of a sample."""

from __future__ import annotations

import pytest
import torch
from toy import TREEBANK, tiny

from seqkit.inference.tagger import TaggerRunner
from seqkit.tasks.tagging.temperature import best_temperature, calibrate


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_true_temperature_is_found(temperature):
    torch.manual_seed(1)
    logits_NL = 4 * torch.randn(20_000, 6)
    y_N = torch.multinomial(torch.softmax(logits_NL / temperature, -1), 1)[:, 0]
    assert best_temperature(logits_NL, y_N) == pytest.approx(temperature, rel=0.05)


def test_calibrating_changes_probabilities_but_no_label():
    model = tiny("birnn")
    runner = TaggerRunner(model)
    tags, before = runner.predict(TREEBANK), runner.predict_top(TREEBANK, 1)
    calibrate(model, TREEBANK)
    assert all(head.temperature != 1 for head in model.heads.values())
    assert runner.predict(TREEBANK) == tags
    after = runner.predict_top(TREEBANK, 1)
    assert after != before
    assert [word[0][0] for word in after[0]["upos"]] == tags[0]["upos"]
    calibrate(model, [])


def test_a_few_words_that_are_all_right_make_no_certainties():
    logits_NL = torch.tensor([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]])
    y_N = torch.tensor([0, 1, 0])
    assert 0.8 < best_temperature(logits_NL, y_N) < 1
    assert best_temperature(logits_NL.repeat(10_000, 1), y_N.repeat(10_000)) < 0.4
