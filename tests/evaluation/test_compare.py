"""Paired bootstrap: identities, and the interval that theory gives."""

from __future__ import annotations

import math
from random import Random

import pytest

from seqkit.evaluation.compare import compare
from seqkit.examples import Sentence

GOLD = [Sentence([f"w{i}"], {"upos": ["NOUN"]}) for i in range(400)]


def answers(share: float, seed: int) -> list[dict[str, list[str]]]:
    """One-word sentences of which this share is right."""
    random = Random(seed)
    return [{"upos": ["NOUN" if random.random() < share else "VERB"]} for _ in GOLD]


def test_a_system_does_not_differ_from_itself():
    tags = answers(0.8, 1)
    same = compare(GOLD, tags, tags, "upos")
    assert (same.difference, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)


def test_interval_is_that_of_the_normal_approximation():
    a, b = answers(0.9, 1), answers(0.8, 2)
    found = compare(GOLD, a, b, "upos")
    better = [(x["upos"] == ["NOUN"]) - (y["upos"] == ["NOUN"]) for x, y in zip(a, b, strict=True)]
    mean = sum(better) / len(better)
    error = math.sqrt(sum((d - mean) ** 2 for d in better)) / len(better)
    assert found.difference == pytest.approx(mean)
    assert found.low == pytest.approx(mean - 1.96 * error, abs=0.004)
    assert found.high == pytest.approx(mean + 1.96 * error, abs=0.004)
    assert found.p == pytest.approx(math.erfc(mean / error / math.sqrt(2)), abs=0.002)


def test_the_other_way_round_is_the_mirror_image():
    a, b = answers(0.85, 3), answers(0.84, 4)
    ab, ba = compare(GOLD, a, b, "upos"), compare(GOLD, b, a, "upos")
    assert (ab.difference, ab.low, ab.high) == pytest.approx((-ba.difference, -ba.high, -ba.low))
    assert ab.p == ba.p


def test_words_without_upos_do_not_count():
    gold = [Sentence(["a", "b"], {"upos": ["NOUN", "_"]})]
    found = compare(gold, [{"upos": ["NOUN", "_"]}], [{"upos": ["VERB", "_"]}], "upos")
    assert (found.a, found.b) == (1.0, 0.0)
