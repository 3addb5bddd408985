"""The adding problem and the copy-memory task as corpora with options."""

from itertools import islice

import numpy as np
import pytest

from seqkit.data.catalogue import find_corpus, made_items, named_with_options
from seqkit.errors import SeqkitError
from seqkit.examples import Pair


def items(name, split="dev", count=200):
    return list(islice(made_items(find_corpus(name), split), count))


def test_adding_writes_the_sum_of_the_two_marked_numbers():
    made = items("adding?length=37")
    for item in made:
        x_T2 = item.reads["frames"]
        assert x_T2.shape == (37, 2) and set(np.unique(x_T2[:, 1])) == {0.0, 1.0}
        (first, second) = np.flatnonzero(x_T2[:, 1])
        assert first < 18 <= second
        assert item.writes["vector"] == pytest.approx([x_T2[first, 0] + x_T2[second, 0]])
    sums = np.array([item.writes["vector"][0] for item in items("adding?length=37", count=500)])
    # The variance of the sum of two uniform numbers is 1/6: what always answering 1 gives.
    assert np.mean((sums - 1) ** 2) == pytest.approx(1 / 6, rel=0.15)


def test_copying_asks_for_the_ten_symbols_after_the_blanks():
    for item in items("copy-memory?length=25"):
        words = item.reads["text"].split()
        assert len(words) == 10 + 25 and words[10:] == ["."] * 24 + [">"]
        assert item.writes["text"].split() == words[:10]


def test_examples_follow_from_the_seed_and_differ_between_splits():
    first, again = (items("copy-memory?length=5", "train", 20) for _ in range(2))
    assert [item.reads for item in first] == [item.reads for item in again]
    assert {i.reads["text"] for i in first}.isdisjoint(i.reads["text"] for i in items("copy-memory?length=5"))
    assert len(items("copy-memory?length=5&examples=7", "train")) == 7


def test_options_join_those_that_the_name_has():
    name = named_with_options("adding?length=30", {"examples": "5"})
    assert name == "adding?examples=5&length=30"
    assert named_with_options(name, {}) == name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("adding?length=1", "option length=1 is out of range"),
        ("adding?size=3", "unknown option 'size'"),
        ("adding?length", "not of the form key=value"),
        ("sample-english?length=3", "has no option 'length'"),
    ],
)
def test_bad_options_are_refused(name, problem):
    with pytest.raises(SeqkitError, match=problem.replace("?", "\\?")):
        find_corpus(name)


def test_long_lines_that_are_usual_are_read_whole(tmp_path):
    from media_models import untrained
    from seqkit_seq2seq.vocabulary import SourceText

    long, short = (
        [Pair(item.reads, item.writes["text"]) for item in items(f"copy-memory?length={length}", count=30)]
        for length in (200, 20)
    )
    model = untrained(long)
    assert len(model.encoders["text"].parts(long[0].sources["text"])) == 1
    model.facts.encoders["text"].save(tmp_path)
    assert SourceText.load(tmp_path).longest == model.encoders["text"].longest >= 210
    usual = untrained(short)
    assert usual.encoders["text"].longest == 128
    assert len(usual.encoders["text"].parts(long[0].sources["text"])) > 1
