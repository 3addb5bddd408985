"""Word and character error rates compared with manual values; scores of a judge model."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqkit.evaluation.drawing import clauses_of, judged
from seqkit.evaluation.error_rates import characters, edits, exact_matches, rate, words
from seqkit.evaluation.recognition import compare_recognition, error_rate, score_recognition
from seqkit.evaluation.sacre import Tokenizer


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("kitten", "sitting", 3),
        ("", "abc", 3),
        ("abc", "", 3),
        ("abc", "abc", 0),
        ("ab", "ba", 2),
        ("", "", 0),
    ],
)
def test_edits_are_the_fewest(one, other, expected):
    assert edits(one, other) == edits(other, one) == expected


def plain_edits(output, reference):
    """The table of Wagner & Fischer (1974), row by row."""
    above = list(range(len(reference) + 1))
    for row, mine in enumerate(output, 1):
        here = [row]
        for column, theirs in enumerate(reference, 1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (mine != theirs)))
        above = here
    return above[-1]


@given(st.lists(st.sampled_from(["a", "ab", "é", "日本", ""]), max_size=12), st.text("abé日😀", max_size=12))
def test_edits_are_those_of_the_plain_table(units, text):
    other = [unit[:1] for unit in text]
    assert edits(units, other) == plain_edits(units, other)
    assert edits(text, text[::-1]) == plain_edits(text, text[::-1])


def test_rates_by_hand():
    outputs, references = ["seven two", "one one  one", ""], ["seven two one", "one", "four"]
    # One word missing of three, two too many of one, one missing of one.
    assert rate(outputs, references, words) == (4, 5)
    # " one" missing of 13 characters, " one one" too many of 3, "four" missing of 4.
    assert rate(outputs, references, characters) == (4 + 8 + 4, 13 + 3 + 4)
    assert exact_matches([" one", "two"], ["one ", "twos"]) == 1


def test_the_interval_is_that_of_a_share_where_words_are_wrong_or_right():
    outputs = ["a"] * 90 + ["b"] * 10
    found = error_rate("wer", outputs, ["a"] * 100)
    assert found.value == 0.1
    # Normal approximation: 0.1 ± 1.96 · √(0.1 · 0.9 / 100) = 0.041 to 0.159.
    assert found.low == pytest.approx(0.041, abs=0.012) and found.high == pytest.approx(0.159, abs=0.012)
    assert found == error_rate("wer", outputs, ["a"] * 100)
    assert error_rate("wer", ["a"], ["a"])[2:] == (0, 0)


def test_scores_of_short_targets_leave_bleu_out():
    outputs, references = ["one two three", "one", "two"], ["one two three", "one", "one"]
    scores = score_recognition(outputs, references, "en", Tokenizer("13a"))
    assert (scores.exact.right, scores.exact.total, scores.metrics) == (2, 3, {})
    assert {length: own.right for length, own in scores.by_words.items()} == {1: 1, 3: 1}
    assert (scores.word_error.edits, scores.word_error.length) == (1, 5)


def test_scores_of_sentences_have_bleu():
    sentence = "digit 5 is moving left and right"
    scores = score_recognition([sentence] * 4, [sentence] * 4, "en", Tokenizer("13a"))
    assert set(scores.metrics) == {"BLEU", "chrF2"}
    assert scores.metrics["BLEU"].value == pytest.approx(100)
    assert scores.by_words == {}


def test_a_comparison_finds_no_difference_to_itself_and_one_to_a_worse_system():
    references = ["one two"] * 60
    good, bad = ["one two"] * 58 + ["one"] * 2, ["one two"] * 20 + ["one"] * 40
    same = {row.metric: row for row in compare_recognition(good, good, references)}
    assert all(row.p == 1 and row.low == row.high == 0 for row in same.values())
    rows = {row.metric: row for row in compare_recognition(good, bad, references)}
    assert rows["exact match"].this == pytest.approx(100 * 58 / 60)
    assert rows["word error rate"].other == pytest.approx(100 * 40 / 120)
    assert all(row.p < 0.01 for row in rows.values())


def test_captions_are_cut_into_clauses():
    text = "digit 5 is moving left and right and digit 0 is going up and down"
    assert clauses_of(text) == ["digit 5 is moving left and right", "digit 0 is going up and down"]
    assert clauses_of("digit 5 is moving left and right") == ["digit 5 is moving left and right"]


def test_a_verdict_counts_whole_texts_and_clauses():
    five, zero, one = (
        "digit 5 is going up and down",
        "digit 0 is going up and down",
        "digit 1 is going up and down",
    )
    told = [five, f"{five} and {zero}", f"{five} and {five}"]
    found = judged([five, f"{zero} and {one}", five], told)
    assert (found.exact.right, found.exact.total) == (1, 3)
    # 1 of 1; "zero" of two; one of two that are the same.
    assert (found.clauses.right, found.clauses.total) == (3, 5)
    assert {count: own.right for count, own in found.by_clauses.items()} == {1: 1, 2: 0}


def test_how_characters_are_composed_and_spaced_is_no_error():
    """The text decoder writes composed characters and single spaces; a reference may have others."""
    outputs = ["café é", "東京 です", "a b"]
    references = [normalize("NFD", "café é"), "東京\u3000です", " a  b"]
    assert exact_matches(outputs, references) == 3
    assert error_rate("cer", outputs, references).edits == 0
    assert error_rate("wer", outputs, references).edits == 0


def test_sentences_without_blanks_have_bleu():
    texts = ["私は昨日東京へ行きました。", "今日はとても天気がいいです。"]
    scores = score_recognition(texts, texts, "ja", Tokenizer("char"))
    assert scores.metrics["BLEU"].value == pytest.approx(100)
