"""Divide examples into batches and order them: a function of (lengths, seed, epoch) alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def length_buckets(
    lengths: Sequence[int] | NDArray[np.int64], batch_items: int, seed: int, epoch: int
) -> list[list[int]]:
    """Batches of examples of similar length, in random order.

    Each holds at most `batch_items` items, padding counted (or one long example). Lengths of several parts, (N, parts),
    are added up with the padding of each; examples are then sorted by the last part first.
    """
    random = np.random.default_rng((seed, epoch))
    length_N = np.asarray(lengths)
    length_NP = length_N.reshape(len(length_N), -1)
    # Examples of equal or similar length are in random order, so that each epoch has other batches.
    noisy_NP = length_NP + random.random(length_NP.shape) * np.maximum(1.0, 0.05 * length_NP)
    noisy_NP[:, 1:] = noisy_NP[:, 1:].round()
    batches: list[list[int]] = [[]]
    longest = [0] * length_NP.shape[1]
    rows = length_NP.tolist()
    for index in np.lexsort(noisy_NP.T).tolist():
        longest = [max(parts) for parts in zip(longest, rows[index], strict=True)]
        if batches[-1] and sum(longest) * (len(batches[-1]) + 1) > batch_items:
            batches.append([])
            longest = rows[index]
        batches[-1].append(index)
    random.shuffle(batches)
    return batches


def batch_seed(seed: int, epoch: int, batch: int) -> int:
    """The seed of all random choices within one batch, which a resumed run repeats."""
    return int(np.random.SeedSequence((seed, epoch, batch)).generate_state(1)[0])


def divided_by_length(lengths: Sequence[Any], processes: int) -> list[list[int]]:
    """Positions of a batch's examples for each process, with a similar number of examples and steps for each.

    The longest are assigned first, from the first process to the last and back again.
    """
    sizes = [int(np.sum(length)) for length in lengths]
    order = sorted(range(len(sizes)), key=lambda position: (-sizes[position], position))
    there_and_back = [*range(processes), *reversed(range(processes))]
    parts: list[list[int]] = [[] for _ in range(processes)]
    for number, position in enumerate(order):
        parts[there_and_back[number % (2 * processes)]].append(position)
    return [sorted(part) for part in parts]
