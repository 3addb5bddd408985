"""Pairs as people type them: the last mark is gone from both sides, and words keep the case that they need."""

from seqkit.examples import Pair
from seqkit.text.plain_lines import PlainLines, without_mark

PAIRS = [
    Pair({"text": "Guten Morgen, Tom!"}, "Good morning, Tom!"),
    Pair({"text": "Ich habe guten Kaffee, den ich mag."}, "I have good coffee, which I like."),
    Pair({"text": "Tom sagt, dass ich gehe."}, "Tom says that I go."),
]


def test_nothing_changes_without_a_share():
    assert PlainLines(PAIRS).rewritten(PAIRS, 0.0, seed=1) == PAIRS


def test_marks_go_and_first_words_get_the_case_that_they_have_inside_of_lines():
    lines = PlainLines(PAIRS)
    found = {
        (str(pair.sources["text"]), str(pair.target))
        for seed in range(40)
        for pair in lines.rewritten(PAIRS, 1.0, seed)
    }
    assert found == {
        ("Guten Morgen, Tom", "Good morning, Tom"),
        ("guten Morgen, Tom", "good morning, Tom"),
        ("guten morgen, tom", "good morning, Tom"),
        ("Ich habe guten Kaffee, den ich mag", "I have good coffee, which I like"),
        ("ich habe guten Kaffee, den ich mag", "I have good coffee, which I like"),
        ("ich habe guten kaffee, den ich mag", "I have good coffee, which I like"),
        ("Tom sagt, dass ich gehe", "Tom says that I go"),
        ("tom sagt, dass ich gehe", "Tom says that I go"),
    }


def test_the_share_is_that_of_the_pairs_and_the_seed_decides():
    many = [
        Pair({"text": f"Das ist Nummer {number}."}, f"This is number {number}.") for number in range(1000)
    ]
    lines = PlainLines(many)
    one, again, other = (lines.rewritten(many, 0.3, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert 250 < sum(not str(pair.target).endswith(".") for pair in one) < 350


def test_pairs_that_lack_a_mark_or_a_side_of_text_stay():
    pairs = [
        Pair({"text": "ohne"}, "without."),
        Pair({"text": "..."}, "..."),
        Pair({"text": "Ja."}, ""),
        Pair({"image": "x"}, "A dog."),
    ]
    assert PlainLines(pairs).rewritten(pairs, 1.0, seed=1) == pairs


def test_marks_of_other_scripts():
    assert [without_mark(text) for text in ("你好。", "Ça va ?", "Wirklich?!", "Ende …", "z. B. so")] == [
        "你好",
        "Ça va",
        "Wirklich",
        "Ende",
        "z. B. so",
    ]
