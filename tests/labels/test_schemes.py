"""Span schemes compared with manual results and with their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqkit.labels.schemes import Span, as_bio, guess_scheme, out_of_order, repaired, scheme_of, spans

SAME = {
    "BIO": "O B-PER I-PER B-PER O B-LOC I-LOC I-LOC",
    "IOB1": "O I-PER I-PER B-PER O I-LOC I-LOC I-LOC",
    "BIOES": "O B-PER E-PER S-PER O B-LOC I-LOC E-LOC",
    "BILOU": "O B-PER L-PER U-PER O B-LOC I-LOC L-LOC",
}
"""The same spans (Tjong Kim Sang & Veenstra 1999, table 1, in words)."""
TAGS = st.lists(st.sampled_from(["O", "_", *(f"{p}-{t}" for p in "BIESLU" for t in ("X", "Y"))]), max_size=9)


def row(tags):
    """The tags of a sentence."""
    return tags.split()


@pytest.mark.parametrize("scheme", SAME)
def test_every_scheme_writes_the_same_spans(scheme):
    tags = SAME[scheme].split()
    assert spans(tags) == [Span(1, 2, "PER"), Span(3, 3, "PER"), Span(5, 7, "LOC")]
    assert as_bio(tags) == SAME["BIO"].split()
    assert out_of_order(tags, scheme) == []


def test_what_begins_a_span_without_a_b():
    assert spans(row("I-X I-X I-Y O I-Y B-Y")) == [
        Span(0, 1, "X"),
        Span(2, 2, "Y"),
        Span(4, 4, "Y"),
        Span(5, 5, "Y"),
    ]


def test_a_type_may_hold_a_hyphen_or_be_missing():
    assert spans(["B-a-b", "I-a-b", "B", "I", "NOUN"]) == [Span(0, 1, "a-b"), Span(2, 3, "")]


@pytest.mark.parametrize("scheme", SAME)
def test_the_scheme_is_guessed_from_the_tags(scheme):
    tags = SAME[scheme].split()
    assert guess_scheme(tags) == scheme
    assert scheme_of("ner", tags) == scheme_of("mine", tags) == scheme
    assert scheme_of("upos", tags) == ""


def test_tags_that_are_no_spans():
    for tags in (["O"], ["_"], [], ["NOUN", "VERB"], ["B-X", "NOUN"], ["B", "I"]):
        assert guess_scheme(tags) == "" == scheme_of("mine", tags)
    assert scheme_of("ner", ["O"]) == "BIO"


@given(TAGS, st.sampled_from(["BIO", "BIOES", "BILOU"]))
def test_repair_leaves_nothing_out_of_order_and_every_span_as_it_was(tags, scheme):
    mended = repaired(tags, scheme)
    assert out_of_order(mended, scheme) == []
    assert spans(mended) == spans(tags)
    assert repaired(mended, scheme) == mended


def test_repair_by_hand():
    assert repaired(row("O I-PER I-PER I-LOC O"), "BIO") == row("O B-PER I-PER B-LOC O")
    assert repaired(row("O E-PER"), "BIOES") == row("O S-PER")
    assert repaired(row("O I-PER"), "IOB1") == row("O I-PER")


@given(TAGS)
def test_bio_is_a_form_of_the_same_spans(tags):
    assert spans(as_bio(tags)) == spans(tags)
    assert out_of_order(as_bio(tags), "BIO") == []


def test_tags_without_a_prefix_are_not_spans_for_any_record():
    assert scheme_of("ner", ["PER", "LOC", "O"]) == scheme_of("ner", ["B-PER", "LOC"]) == ""
    assert scheme_of("ner", ["O"]) == scheme_of("ner", []) == "BIO"
