"""A segmenter that reads each run by itself gives, from its cache, the logits of the network on the whole text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segmenters import stretch, untrained
from seqkit_segmenter import run_cache
from seqkit_segmenter.features import Alphabet
from seqkit_segmenter.run_cache import split
from seqkit_segmenter.run_segmenter import LearntRunSegmenter
from seqkit_segmenter.segmenter import LearntSegmenter

from seqkit.data.catalogue import read_sentences
from seqkit.examples import RecordErrors

TEXTS = [
    "a",
    "Time flies. It does! Time flies, too",
    "You said: 3.50 €…\nand then\n\tno more of the line here\r\nEnd (of it).",
    "word " * 400 + "http://www.example.com/a?b=1&c=2 " * 20 + "x" * 900,
]


@pytest.fixture(scope="module")
def segmenter() -> LearntRunSegmenter:
    made = untrained(char_context="run", layers=2)
    assert isinstance(made, LearntRunSegmenter)
    return made


def same(found, expected, text: str) -> None:
    solid_T = np.array([not letter.isspace() for letter in text])
    np.testing.assert_allclose(found.ends_TL[solid_T], expected.ends_TL[solid_T], atol=1e-4)
    np.testing.assert_allclose(found.stops_T, expected.stops_T, atol=1e-4)


def test_the_cache_changes_nothing(segmenter):
    whole = LearntSegmenter(segmenter.model)
    texts = [*TEXTS, *TEXTS[::-1]]
    for found, expected, text in zip(segmenter.labels(texts), whole.labels(texts), texts, strict=True):
        same(found, expected, text)


def test_each_run_is_computed_once(segmenter):
    fresh = LearntRunSegmenter(segmenter.model)
    fresh.labels(["so it is, so it is, so it was"])
    assert (fresh.cache.looked_up, fresh.cache.computed) == (9, 4)
    fresh.labels(["so it is, or so it was"])
    assert (fresh.cache.looked_up, fresh.cache.computed) == (16, 5)


def test_a_full_cache_is_emptied(segmenter, monkeypatch):
    monkeypatch.setattr(run_cache, "KEPT_BYTES", 3_000)
    small, whole = LearntRunSegmenter(segmenter.model), LearntSegmenter(segmenter.model)
    corpus = read_sentences("sample-english", "dev", RecordErrors())
    text = "".join(sentence.text for sentence in corpus).strip()
    pieces = [piece for at in range(0, len(text), 60) if (piece := text[at : at + 60].strip())]
    for piece in [*pieces, *pieces]:
        [found], [expected] = small.labels([piece]), whole.labels([piece])
        same(found, expected, piece)
    distinct = {run for piece in pieces for run in split(piece).runs}
    assert small.cache.computed > len(distinct)
    assert list(small.sentences([stretch(text)])) == list(whole.sentences([stretch(text)]))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab. \n\t\u00a0\x1c\r!", min_size=1, max_size=60))
def test_runs_and_the_white_space_after_them_are_those_the_network_reads(text):
    runs, starts_R = split(text)
    assert [
        text[start : start + len(run)] for (run, _), start in zip(runs, starts_R.tolist(), strict=True)
    ] == (text.split())
    seen = Alphabet([], []).see(text)
    last_R = starts_R + np.array([len(run) for run, _ in runs], dtype=np.int64) - 1
    after = dict(zip(seen.places_K.tolist(), seen.after_K.tolist(), strict=True))
    assert [kind for _, kind in runs] == [after[place] for place in last_R.tolist()]


def test_threads_share_a_segmenter(segmenter):
    shared = LearntRunSegmenter(segmenter.model)
    texts = [" ".join(f"w{number}{letter}." for number in range(400)) for letter in "abcd"]
    expected = [list(shared.sentences([stretch(text)])) for text in texts]
    fresh = LearntRunSegmenter(segmenter.model)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: list(fresh.sentences([stretch(text)])), texts * 5))
    assert found == expected * 5


def test_an_interrupt_leaves_no_rows_of_other_runs(segmenter, monkeypatch):
    interrupted = LearntRunSegmenter(segmenter.model)
    [before] = interrupted.labels(["so it is"])
    add, calls = run_cache.Rows.add, []

    def interrupting(self, rows):
        calls.append(rows)
        if len(calls) == 4:
            raise KeyboardInterrupt
        add(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(run_cache.Rows, "add", interrupting)
        with pytest.raises(KeyboardInterrupt):
            interrupted.labels(["or was it"])
    for text in ("so it is", "or was it"):
        [found], [expected] = interrupted.labels([text]), LearntSegmenter(segmenter.model).labels([text])
        same(found, expected, text)
    same(interrupted.labels(["so it is"])[0], before, "so it is")
