"""Guarantees of a segmenter for any text: no character lost, exact offsets, no word of white space, bounded memory."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segmenters import stretch, untrained
from seqkit_segmenter.decode import LONGEST, MAX_WORDS
from seqkit_segmenter.windows import CORE, MARGIN, windows_of

SEGMENTERS = [untrained(), untrained(char_context="run")]
both = pytest.mark.parametrize("segmenter", SEGMENTERS, ids=["text", "run"])
ODD = "a \n\t\r\u2028\u00a0.!?\"'(\u3002\u4e2d\u0000\u200b\ud83d\ude00\ufe0f\u0301Aé5-/@#\u0e01"


def check(text: str, found) -> None:
    at = 0
    for sentence in found:
        assert sentence.offset == at and sentence.words
        assert all(word and word == word.strip() for word in sentence.words)
        assert sentence.text == text[at : at + len(sentence.text)]
        at += len(sentence.text)
    assert at == (len(text) if text.strip() else 0)


@both
@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=ODD, max_size=300))
def test_nothing_is_lost(segmenter, text):
    check(text, list(segmenter.sentences([stretch(text)])))


@both
@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        "." * 5_000,
        "a b " * 3_000,
        "1 2 3 " * 500,
        "\u4e2d\u6587" * 2_000,
        "x" + " " * 3_000 + "y",
        "a\r\nb\rc\u2028d\n\n\ne",
        "nul \x00 here.\x00",
        "half \ud800 of a pair",
        "\u200b\ufeff \u00ad",
        " \n lead",
        "🙂👩‍👩‍👧 #tag @me http://x.y/z?q=1&r=2 a.b@c.de",
    ],
)
def test_odd_texts(segmenter, text):
    found = list(segmenter.sentences([stretch(text)]))
    check(text, found)
    tokens = [token for sentence in found for token in sentence.tokens]
    assert max(len(token.form) for token in tokens) <= LONGEST
    assert max(len(list(sentence.tokens)) for sentence in found) <= MAX_WORDS


@both
def test_white_space_alone_gives_nothing(segmenter):
    assert list(segmenter.sentences([stretch(" \n\t ")])) == []
    assert list(segmenter.sentences([])) == []


@both
def test_where_a_reader_cuts_changes_nothing(segmenter):
    text = "\n\n".join("The cat sat. It was 5 p.m., wasn't it? " * count for count in (1, 30, 2, 80))
    whole = list(segmenter.sentences([stretch(text)]))
    for size in (7, 100, 5_000):
        parts = [stretch(text[at : at + size], offset=at) for at in range(0, len(text), size)]
        found = list(segmenter.sentences(parts))
        assert [(s.words, s.spaces, s.before, s.offset) for s in found] == [
            (s.words, s.spaces, s.before, s.offset) for s in whole
        ]


@both
def test_a_paragraph_is_split_independently_of_others(segmenter):
    paragraph = "The cat sat on Mr. Smith's mat and it's no. 5 of e.g. seven. So what"
    [alone] = [[s.words for s in segmenter.sentences([stretch(paragraph)])]]
    text = "\n\n".join(["Some other words " * 40, paragraph, "x" * 900])
    found = [s.words for s in segmenter.sentences([stretch(text)])]
    at = next(n for n, words in enumerate(found) if words == alone[0])
    assert found[at : at + len(alone)] == alone


@pytest.mark.parametrize("size", [1, CORE, CORE + 2 * MARGIN, CORE + 2 * MARGIN + 1, 5 * CORE + 17])
def test_windows_share_out_every_character_once(size):
    for text in ("x" * size, ("word " * size)[:size]):
        found = list(windows_of(text))
        assert [w.core_start for w in found] == [0, *(w.core_end for w in found[:-1])]
        assert found[-1].core_end == found[-1].end == size
        for one, other in itertools.pairwise(found):
            assert one.end - one.core_end == min(MARGIN, size - one.core_end)
            assert other.core_start - other.start == min(MARGIN, other.core_start)


@both
def test_documents_and_lines_are_recorded(segmenter):
    stretches = [stretch("One.\nTwo two.", document="a"), stretch("\n\nThree", offset=13)]
    stretches.append(stretch("Four", document="b"))
    found = list(segmenter.sentences(stretches))
    assert [s.document for s in found if s.document is not None] == ["a", "b"]
    text = "One.\nTwo two.\n\nThree"
    for sentence in found[:-1] if found[-1].document else found[:-2]:
        assert sentence.offset is not None and sentence.where is not None
        first = sentence.offset + len(sentence.before)
        assert sentence.where.line == 1 + text.count("\n", 0, first)
    assert sum(s.where.line == 4 for s in found if s.where) >= 1


@both
def test_a_pause_is_answered(segmenter):
    """What has come is answered when the input pauses, before another stretch is asked for."""
    asked = []

    def pausing():
        asked.append("first")
        yield stretch("It is late. Go home", last=True)
        asked.append("second")
        yield stretch("\nNow!", offset=19)

    found = segmenter.sentences(pausing())
    first = []
    while sum(len(sentence.text) for sentence in first) < 19:
        first.append(next(found))
    assert asked == ["first"] and "".join(s.text for s in first) == "It is late. Go home"
    assert "".join(s.text for s in [*first, *found]) == "It is late. Go home\nNow!"
