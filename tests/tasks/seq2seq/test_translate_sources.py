"""Streams of lines: in order, independent of chunks, long lines in parts."""

from __future__ import annotations

import pytest
from toy_translation import pairs, tiny, trained

from seqkit.decoding.options import DecodingOptions
from seqkit.tasks.application import Limits
from seqkit.tasks.seq2seq import apply as translation
from seqkit.tasks.seq2seq.apply import translate_lines

LINES = [part for pair in pairs(9, seed=55) for part in (pair.sources["text"], "")]


@pytest.mark.parametrize(
    "options",
    [DecodingOptions(), DecodingOptions(sample=True, temperature=2.0, n_best=2)],
    ids=["beam", "draws"],
)
def test_chunks_change_nothing(options, monkeypatch):
    lines = [*LINES, *LINES]
    whole = list(translate_lines([trained()], lines, options))
    monkeypatch.setattr(translation, "LIMITS", Limits(records=5, size=10**6))
    chunked = list(translate_lines([trained()], iter(lines), options))
    assert [[t.text for t in own] for own in chunked] == [[t.text for t in own] for own in whole]
    assert [bool(own) for own in chunked] == [bool(line) for line in lines]
    if options.sample:
        assert chunked[: len(LINES)] != chunked[len(LINES) :], "each line has draws of its own"


def test_lines_are_taken_as_they_are_needed(monkeypatch):
    monkeypatch.setattr(translation, "LIMITS", Limits(records=2, size=30))
    taken = []
    lines = (taken.append(line) or line for line in ["one", "two", "three", "one " * 20, "four", "five"])
    found = translate_lines([trained()], lines, DecodingOptions(beam=1))
    counts = []
    for _ in range(4):
        next(found)
        counts.append(len(taken))
    assert counts == [2, 2, 4, 4]


def test_a_long_line_is_that_of_its_parts_joined():
    model, line = trained(), " ".join(["one two three four ."] * 60)
    parts = model.encoders["text"].parts(line)
    assert len(parts) > 1 and " ".join(parts) == line
    assert all(steps <= 129 for steps in model.source_lengths([{"text": part} for part in parts]))
    (whole,) = translate_lines([model], [line], DecodingOptions(beam=2, n_best=2))
    own = [best for best, *_ in translate_lines([model], parts, DecodingOptions(beam=2, n_best=2))]
    assert whole[0].text == " ".join(best.text for best in own)
    assert whole[0].log_prob == pytest.approx(sum(best.log_prob for best in own), rel=1e-4)


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_outputs_of_a_long_line_are_in_the_order_of_their_scores(penalty):
    line, options = "one two three four . " * 60, DecodingOptions(beam=3, n_best=3, length_penalty=penalty)
    (found,) = translate_lines([tiny()], [line.strip()], options)
    scores = [translation.score for translation in found]
    assert scores == sorted(scores, reverse=True)
    if not penalty:
        assert scores == pytest.approx([translation.log_prob for translation in found])


def test_a_prefix_is_used_for_the_first_part_only():
    line = " ".join(["one two three four ."] * 60)
    (found,) = translate_lines(
        [tiny()], [line], DecodingOptions(beam=1, prefix="sechs sechs vier", max_ratio=0.1)
    )
    assert found[0].text.startswith("sechs sechs vier")
    assert found[0].text.count("sechs sechs vier") == 1
