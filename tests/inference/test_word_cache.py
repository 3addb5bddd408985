"""Words that are cached while predicting."""

from __future__ import annotations

import pytest
import torch
from toy import TREEBANK, tiny

from seqkit.inference import word_cache
from seqkit.inference.word_cache import WordCache
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.stack import Stack

WORDS = sorted({word for sentence in TREEBANK for word in sentence.words})


@pytest.fixture
def model():
    return tiny("lstm").eval()


def known_words(model, monkeypatch, room):
    """A cache for this many words, which looks up one word at a time, so that batching has no effect."""
    parts = model.network.prepare(torch.zeros(1, model.embedding.output_size))
    size = sum(part.nbytes for chain in parts for part in chain)
    monkeypatch.setattr(word_cache, "KNOWN_BYTES", room * size)
    return WordCache(model.index, model.embedding, model.network)


def vectors(known, words):
    """What the first chain has prepared for each word."""
    prepared, rows = known.look_up(words)
    return prepared[0][0][torch.from_numpy(rows)].clone()


@torch.inference_mode()
def test_words_are_what_they_are_however_many_have_room(model, monkeypatch):
    chunks = [WORDS[:3], WORDS[2:6], WORDS[:2] * 2, WORDS, WORDS[1:4]]
    ample = [vectors(known_words(model, monkeypatch, 1000), chunk) for chunk in chunks]
    tight = known_words(model, monkeypatch, 4)
    for chunk, expected in zip(chunks, ample, strict=True):
        torch.testing.assert_close(vectors(tight, chunk), expected)


@torch.inference_mode()
def test_only_words_that_a_chunk_lacks_are_forgotten(model, monkeypatch):
    read = []
    arrays = model.index.arrays
    monkeypatch.setattr(
        model.index, "arrays", lambda words, **o: read.append(set(words)) or arrays(words, **o)
    )
    known = known_words(model, monkeypatch, 4)
    for chunk in (WORDS[:4], WORDS[2:6], WORDS[2:4]):
        known.look_up(chunk)
    assert read == [set(WORDS[:4]), set(WORDS[4:6])]


class RunningSum(Recurrence):
    """z_t = z_{t-1} + the first features of x_t: a layer without a parameter."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)

    def step(self, x_BD, state):
        z_BH = state[0] + x_BD[:, : self.hidden_size]
        return z_BH, (z_BH,)


@torch.inference_mode()
def test_a_layer_needs_no_parameters(model):
    network = Stack(RunningSum, model.embedding.output_size, 3, 1, bidirectional=False)
    assert not list(network.parameters())
    known = WordCache(model.index, model.embedding, network)
    assert vectors(known, WORDS).dtype == torch.float32
