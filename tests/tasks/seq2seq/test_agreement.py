"""The agreement of translations with samples from the model."""

from __future__ import annotations

import pytest
from sacrebleu import sentence_chrf

import seqkit
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.inference.outputs import Output
from seqkit.tasks.seq2seq.agreement import sampling_of, with_agreement


def outputs(*texts: str) -> list[Output]:
    return [Output(text, -1.0, -0.5, 2) for text in texts]


def test_it_is_the_mean_chrf_of_the_samples():
    samples = ["The dog sleeps.", "A dog is asleep.", "Cats."]
    ((one,), empty) = with_agreement([outputs("The dog sleeps."), []], [outputs(*samples), []])
    expected = sum(sentence_chrf(text, ["The dog sleeps."]).score for text in samples) / 300
    assert one.agreement == pytest.approx(expected) and empty == []


def test_samples_are_drawn_by_the_options_of_the_search():
    drawn = sampling_of(DecodingOptions(agreement=12, seed=7, prefix="The"))
    assert (drawn.sample, drawn.draws, drawn.agreement, drawn.seed, drawn.prefix) == (True, 12, 0, 7, "The")
    with pytest.raises(SeqkitError, match="agreement=12"):
        DecodingOptions(agreement=12, mbr=4)


def test_a_plain_sentence_agrees_more_than_a_strange_one():
    near, far = seqkit.load("de-en").translate(
        ["Der Hund schläft im Garten.", "Die Bundesregierung hat das Gesetz verabschiedet."], agreement=8
    )
    assert near.agreement > 0.6 > far.agreement > 0
    (again,) = seqkit.load("de-en").translate([near.source], agreement=8)
    assert again.agreement == near.agreement
