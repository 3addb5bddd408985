"""Which examples go together, and in which order: a function of (lengths, seed, epoch) alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def length_buckets(lengths: Sequence[int], batch_items: int, seed: int, epoch: int) -> list[list[int]]:
    """Batches of examples of similar length, in random order.

    Each holds at most `batch_items` items, padding counted (or one long example).
    """
    random = np.random.default_rng((seed, epoch))
    length_N = np.asarray(lengths)
    # Ties, and near ties, in random order: a batch meets new neighbours in each epoch.
    noisy_N = length_N + random.random(len(length_N)) * np.maximum(1.0, 0.05 * length_N)
    batches: list[list[int]] = [[]]
    longest = 0
    for index in np.argsort(noisy_N, kind="stable").tolist():
        longest = max(longest, int(length_N[index]))
        if batches[-1] and longest * (len(batches[-1]) + 1) > batch_items:
            batches.append([])
            longest = int(length_N[index])
        batches[-1].append(index)
    random.shuffle(batches)
    return batches


def batch_seed(seed: int, epoch: int, batch: int) -> int:
    """A seed for everything random within one batch, the same whenever that batch is run."""
    return int(np.random.SeedSequence((seed, epoch, batch)).generate_state(1)[0])
