"""The segmenter in numpy equals torch's; torch processes long text."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from segmenters import stretch, untrained
from seqkit_segmenter import segmenter as segmenter_module
from seqkit_segmenter import starting as starting_module
from seqkit_segmenter.starting import StartingSegmenter, starting

from seqkit.data.catalogue import read_sentences
from seqkit.examples import RecordErrors
from seqkit.models.artifact import save_model
from seqkit.nn.bfloat16 import HERE
from seqkit.tasks.segmenting import load_segmenter

TEXTS = [
    "a",
    "Time flies. It does!",
    "x " * 700,
    "你好。\n\nMr. O'Neil\tpaid 3.50 €…",
    "A " * 20 + "\n" * 5 + "b.",
]


def saved(folder, **options):
    segmenter = untrained(**options)
    save_model(folder, "segmenter", segmenter.model, "")
    return segmenter, starting(str(folder))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"recurrence": "gru", "run_size": 0},
        {"recurrence": "sru", "layers": 2},
        {"char_context": "run"},
        {"char_context": "run", "recurrence": "gru", "run_size": 0, "layers": 2, "context_layers": 2},
        {"char_context": "run", "recurrence": "sru"},
    ],
    ids=str,
)
def test_answers_are_torchs(options, tmp_path, monkeypatch):
    monkeypatch.setattr(segmenter_module, "FAST", False)
    theirs, ours = saved(tmp_path / "model", **options)
    for found, expected in zip(ours.labels(TEXTS[1:]), theirs.labels(TEXTS[1:]), strict=True):
        np.testing.assert_allclose(found.ends_TL, expected.ends_TL, atol=1e-3)
        np.testing.assert_allclose(found.stops_T, expected.stops_T, atol=1e-3)
    corpus = read_sentences("sample-english", "dev", RecordErrors())
    for text in [*TEXTS, "".join(sentence.text for sentence in corpus)]:
        assert list(ours.sentences([stretch(text)])) == list(theirs.sentences([stretch(text)]))


def test_long_text_goes_to_torch_and_the_next_short_one_does_not_read_on(tmp_path, monkeypatch):
    monkeypatch.setattr(starting_module, "SHORT", 100)
    theirs, ours = saved(tmp_path / "model")
    loaded = []
    monkeypatch.setattr(ours, "_load", lambda: loaded.append(1) or theirs)
    text = "Time flies. "
    for times in (2, 2, 30):
        assert not loaded
        found = list(ours.sentences([stretch(text * times)]))
        assert found == list(theirs.sentences([stretch(text * times)]))
    assert loaded == [1]


def test_it_is_what_a_model_is_given(tmp_path, monkeypatch):
    saved(tmp_path / "model")
    assert isinstance(load_segmenter(str(tmp_path / "model")), StartingSegmenter)
    load_segmenter.cache_clear()
    monkeypatch.setattr("seqkit.inference.numpy.loading.recurrence_form", lambda name: None)
    assert type(load_segmenter(str(tmp_path / "model"))).__name__ == "LearntSegmenter"
    load_segmenter.cache_clear()


@pytest.mark.skipif(not HERE, reason="needs a processor with bfloat16")
@pytest.mark.parametrize("coarse", [False, True])
def test_bfloat16_gives_the_labels_of_float32(coarse, monkeypatch):
    """A network of clear decisions computes few windows again, one with large logits all of them."""
    segmenter = untrained(spread=2000.0 if coarse else 20.0)
    with torch.no_grad():
        segmenter.model.ends.bias[0] += 5
        segmenter.model.stops.bias -= 5
    corpus = read_sentences("sample-english", "train", RecordErrors())
    texts = [stretch(sentence.text + "\n\n") for sentence in corpus]
    counts: Counter[bool] = Counter()
    answers = segmenter.answers

    def counted(seen):
        counts[torch.is_autocast_enabled("cpu")] += len(seen)
        return answers(seen)

    monkeypatch.setattr(segmenter, "answers", counted)
    monkeypatch.setattr(segmenter_module, "FAST", False)
    expected = list(segmenter.sentences(texts))
    windows = counts.pop(False)
    monkeypatch.setattr(segmenter_module, "FAST", True)
    assert list(segmenter.sentences(texts)) == expected
    assert counts[True] == windows > 20
    assert counts[False] > windows if coarse else 1 <= counts[False] < windows / 2
