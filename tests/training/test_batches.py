"""Batches, schedule, objective, memory: small parts with known answers."""

from __future__ import annotations

import math
import random

import pytest

from seqkit.training.batches import batch_seed, length_buckets
from seqkit.training.schedule import constant, cosine, learning_rate, linear

LENGTHS = [random.Random(4).randint(1, 60) for _ in range(500)] + [3000]


def test_every_example_is_in_exactly_one_batch():
    batches = length_buckets(LENGTHS, 300, seed=1, epoch=0)
    assert sorted(index for batch in batches for index in batch) == list(range(len(LENGTHS)))


def test_batches_hold_no_more_than_they_may_and_little_padding():
    batches = length_buckets(LENGTHS, 300, seed=1, epoch=0)
    sizes = [
        (len(batch), max(LENGTHS[i] for i in batch), sum(LENGTHS[i] for i in batch)) for batch in batches
    ]
    assert all(count * longest <= 300 for count, longest, _ in sizes if count > 1)
    padded = sum(count * longest for count, longest, _ in sizes)
    assert sum(words for *_, words in sizes) / padded > 0.9


def test_batches_depend_on_seed_and_epoch_alone():
    first = length_buckets(LENGTHS, 300, seed=1, epoch=0)
    assert length_buckets(LENGTHS, 300, seed=1, epoch=0) == first
    assert length_buckets(LENGTHS, 300, seed=1, epoch=1) != first
    assert length_buckets(LENGTHS, 300, seed=2, epoch=0) != first
    assert len({batch_seed(s, e, b) for s in range(3) for e in range(3) for b in range(3)}) == 27


def test_schedule_rises_then_falls():
    assert learning_rate(1.0, 0.05, cosine, 0.1) == pytest.approx(0.5)
    assert learning_rate(1.0, 0.1, cosine, 0.1) == pytest.approx(1.0)
    assert learning_rate(1.0, 0.55, cosine, 0.1) == pytest.approx(0.5)
    assert learning_rate(1.0, 1.0, cosine, 0.1) == pytest.approx(0.0)
    assert learning_rate(1.0, 0.55, linear, 0.1) == pytest.approx(0.5)
    assert learning_rate(1.0, 0.9, constant, 0.1) == 1.0
    assert math.isfinite(learning_rate(1.0, 0.0, cosine, 0.0))


@pytest.mark.parametrize("warmup", [0.0, 1e-4, 5e-4, 1e-3, 0.02])
def test_no_rate_is_above_the_highest(warmup):
    assert max(learning_rate(1.0, step / 10_000, cosine, warmup) for step in range(10_001)) <= 1.0
