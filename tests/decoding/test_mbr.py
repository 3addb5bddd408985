"""Minimum Bayes risk decoding compared with a loop over all pairs with sacreBLEU's scores."""

from __future__ import annotations

import fastchrf
import pytest
from sacrebleu import sentence_bleu, sentence_chrf

from seqkit.decoding.mbr import (
    aggregate_chrf,
    expected_utilities,
    minimum_risk,
    ranked_by_risk,
    utility_of,
)
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError

OUTPUTS = [
    "The dog sleeps in the garden.",
    "A dog sleeps in the garden.",
    "The dog sleeps.",
    "The dog sleeps in the garden.",
    "Colourless green ideas sleep furiously.",
    "",
    "The cat is in the garden.",
]
SCORES = {
    "chrf": lambda output, truth: sentence_chrf(output, [truth]).score,
    "bleu": lambda output, truth: sentence_bleu(output, [truth], use_effective_order=True).score,
}


@pytest.mark.parametrize("name", SCORES)
def test_it_is_the_output_most_like_all_others(name):
    score = SCORES[name]
    direct = [sum(score(output, truth) for truth in OUTPUTS) / len(OUTPUTS) for output in OUTPUTS]
    assert expected_utilities(OUTPUTS, utility_of(name)) == pytest.approx(direct)
    ranked = minimum_risk(OUTPUTS, utility_of(name))
    assert direct[ranked[0]] == max(direct)
    assert [direct[index] for index in ranked] == sorted((direct[index] for index in ranked), reverse=True)


def test_bleu_counts_characters_where_words_have_no_blanks():
    near, truth = "今日は天気がとてもいいです。", "今日は天気がとても良いです。"
    assert utility_of("bleu", blanks=False)(near, truth) > 30
    assert utility_of("bleu")(near, truth) < 1


def test_each_output_once():
    ranked = minimum_risk(OUTPUTS, utility_of("chrf"))
    assert sorted(ranked) == [0, 1, 2, 4, 5, 6]
    assert ranked[0] == 0 and OUTPUTS[ranked[-1]] == ""


def test_the_many_outvote_the_odd_one():
    assert minimum_risk(["odd one out"] + ["the very same"] * 2, utility_of("bleu"))[0] == 1


def test_the_aggregate_ranks_as_the_mean_of_all_pairs_does():
    samples = OUTPUTS * 3 + ["The dog sleeps in a garden."] * 2
    slow, fast = (ranked_by_risk(samples, name) for name in ("chrf", "fast-chrf"))
    assert fast[0] == slow[0] and sorted(fast) == sorted(slow)
    (direct,) = fastchrf.pairwise_chrf([list(samples)], [list(samples)])
    exact = expected_utilities(samples, utility_of("chrf"))
    assert [sum(row) / len(samples) for row in direct] == pytest.approx(exact, abs=1e-3)
    assert max(abs(a - b) for a, b in zip(aggregate_chrf(samples), exact, strict=True)) < 10


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("seqkit.decoding.options.find_spec", lambda name: None)
    with pytest.raises(
        SeqkitError, match=r"needs the package fastchrf\nInstall it: pip install fastchrf \(.*\[mbr\]"
    ):
        DecodingOptions(mbr=8, utility="fast-chrf")
