"""Frequencies of samples compared with their probabilities."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from table_decoder import TableDecoder

from seqkit.decoding.sampling import draw, sample
from seqkit.decoding.steps import Forced

DRAWS = 4000


def drawn(model, source, draws=DRAWS, longest=3, prefix=(), **options):
    seeds = [[(1, source, number) for number in range(draws)]]
    forced = Forced([longest], [list(prefix)], model.end)
    return sample(model, model.start([source]), forced, seeds, **options)[0]


def powered(model, temperature):
    """The same model with every P(next) ** (1 / temperature), normalised."""
    other = TableDecoder(model.end + 1, model.longest, model.sources)
    other.table = {key: (row / temperature).log_softmax(-1) for key, row in model.table.items()}
    return other


def chi_square(counts, probabilities):
    return sum((counts[key] - DRAWS * p) ** 2 / (DRAWS * p) for key, p in probabilities.items())


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0])
def test_outputs_are_as_frequent_as_they_are_probable(temperature):
    """Seven outputs of a vocabulary of two and the end; 22.46 is the 99.9th percentile of chi-square with 6 degrees."""
    model = TableDecoder(3, 3, 2, seed=4, sharpness=0.7)
    found = drawn(model, 1, temperature=temperature)
    by_model = powered(model, temperature)
    probabilities = Counter()
    for symbols, row in by_model.every_output(1, 3).items():
        # At the greatest length the end is forced: it takes no luck.
        certain = float(by_model.table[1, *symbols][model.end]) if len(symbols) == 2 else 0.0
        probabilities[symbols] = float(torch.tensor(row - certain).exp())
    assert sum(probabilities.values()) == pytest.approx(1.0, abs=1e-5)
    counts = Counter(tuple(h.symbols) for h in found)
    assert set(counts) <= set(probabilities) and len(probabilities) == 7
    assert chi_square(counts, probabilities) < 22.46
    log_p = model.every_output(1, 3)
    for h in found[:50]:
        assert h.log_prob == pytest.approx(log_p[tuple(h.symbols)], rel=1e-5), (
            "the model's own, at temperature 1"
        )
        assert h.score == pytest.approx(h.log_prob / (len(h.symbols) + 1))


@pytest.mark.parametrize(
    ("top_p", "kept"),
    [(1.0, {0, 1, 2, 3}), (0.95, {0, 1, 2, 3}), (0.85, {0, 1, 3}), (0.45, {1, 3}), (0.3, {3}), (1e-6, {3})],
)
def test_the_nucleus_is_the_fewest_symbols_that_reach_top_p(top_p, kept):
    p_V = torch.tensor([0.2, 0.3, 0.1, 0.4])
    random_N = (torch.arange(1000) + 0.5) / 1000
    symbols = draw(p_V.log().expand(1000, 4), random_N.double(), top_p).tolist()
    counts = Counter(symbols)
    assert set(counts) == kept
    mass = sum(float(p_V[symbol]) for symbol in kept)
    for symbol in kept:
        assert counts[symbol] == pytest.approx(1000 * float(p_V[symbol]) / mass, abs=1.5)


@pytest.mark.parametrize("random", [0.0, 1.0 - 2**-53])
def test_no_random_number_draws_what_is_impossible(random):
    logits_NV = torch.tensor([[-torch.inf, 0.0, 0.0, -torch.inf]])
    expected = 1 if random == 0.0 else 2
    assert draw(logits_NV, torch.tensor([random], dtype=torch.float64)).tolist() == [expected]


def test_a_seed_draws_the_same_in_any_batch():
    model = TableDecoder(4, 5, 3, seed=6)
    seeds = [[(9, source, number) for number in range(4)] for source in range(3)]
    together = sample(model, model.start(), Forced([5, 4, 5], [[]] * 3, 3), seeds)
    for source, longest in ((2, 5), (1, 4), (0, 5)):
        (alone,) = sample(model, model.start([source]), Forced([longest], [[]], 3), [seeds[source]])
        assert alone == together[source]
    (one,) = sample(model, model.start([2]), Forced([5], [[]], 3), [seeds[2][1:2]])
    assert one == together[2][1:2]
    assert len({tuple(h.symbols) for own in together for h in own}) > 4


def test_a_prefix_is_kept_and_what_follows_is_drawn():
    model = TableDecoder(4, 4, 1, seed=2)
    found = drawn(model, 0, draws=100, longest=4, prefix=(2, 0))
    assert {tuple(h.symbols[:2]) for h in found} == {(2, 0)}
    assert len({tuple(h.symbols) for h in found}) > 1


def test_a_model_that_never_ends_is_stopped():
    model = TableDecoder(3, 6, 1)
    for row in model.table.values():
        row[model.end] = -torch.inf
    assert {len(h.symbols) for h in drawn(model, 0, draws=20, longest=6)} == {5}
