"""Beam search compared with the enumeration of all outputs of a small decoder."""

from __future__ import annotations

import pytest
import torch
from table_decoder import TableDecoder

from seqkit.decoding.beam import beam_search
from seqkit.decoding.greedy import greedy
from seqkit.decoding.steps import Ensemble, Forced

PENALTIES = [-1.0, 0.0, 0.5, 1.0, 2.0]
SOURCES = 6


def decoder(seed=0, symbols=4, longest=4, **options):
    return TableDecoder(symbols, longest, SOURCES, seed, **options)


def forced(model, longest=4, prefix=(), sources=SOURCES):
    return Forced([longest] * sources, [list(prefix)] * sources, model.end)


def ranked(model, source, longest, penalty, prefix=()):
    """Every output by its score, computed here."""
    found = model.every_output(source, longest, list(prefix))
    scored = [(log_p / (len(symbols) + 1) ** penalty, symbols) for symbols, log_p in found.items()]
    return sorted(scored, reverse=True)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_wide_beam_finds_the_n_best_of_all_outputs(penalty, seed):
    model = decoder(seed)
    found = beam_search(model, model.start(), forced(model), beam=100, n_best=7, length_penalty=penalty)
    for source, hypotheses in enumerate(found):
        expected = ranked(model, source, 4, penalty)[:7]
        assert [tuple(h.symbols) for h in hypotheses] == [symbols for _, symbols in expected]
        assert [h.score for h in hypotheses] == pytest.approx([score for score, _ in expected], rel=1e-5)
        for h in hypotheses:
            assert h.log_prob == pytest.approx(model.every_output(source, 4)[tuple(h.symbols)], rel=1e-5)


def slow_beam(model, source, longest, beam, penalty):
    """The search as a loop over Python lists, to the very end: what has ended keeps its place in the beam."""
    alive, ended = [(0.0, ())], []
    for length in range(1, longest + 1):
        grown = [
            (log_p + float(log_q), (*symbols, symbol))
            for log_p, symbols in alive
            for symbol, log_q in enumerate(model.table[source, *symbols])
            if length < longest or symbol == model.end
        ]
        best = sorted(grown, reverse=True)[: beam - len(ended)]
        ended += [
            (log_p / length**penalty, symbols[:-1]) for log_p, symbols in best if symbols[-1] == model.end
        ]
        alive = [(log_p, symbols) for log_p, symbols in best if symbols[-1] != model.end]
    return sorted(ended, reverse=True)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("beam", [1, 2, 3, 5])
def test_it_is_the_plain_loop_which_never_stops_early(penalty, beam):
    for seed in range(3):
        model = decoder(20 + seed, longest=6, sharpness=2.5)
        for row in model.table.values():
            row.copy_((row - 1.5 * (torch.arange(4) == model.end)).log_softmax(-1))
        n_best = min(2, beam)
        found = beam_search(model, model.start(), forced(model, 6), beam, n_best, penalty)
        for source, hypotheses in enumerate(found):
            expected = slow_beam(model, source, 6, beam, penalty)[:n_best]
            assert [tuple(h.symbols) for h in hypotheses] == [symbols for _, symbols in expected]
            assert [h.score for h in hypotheses] == pytest.approx([score for score, _ in expected], rel=1e-5)


def test_stopping_early_stops():
    """Where ending at once is nearly certain, nothing longer can come out ahead at penalty 0."""
    model = decoder()
    for row in model.table.values():
        row.copy_(torch.tensor([0.01, 0.01, 0.01, 0.97]).log())
    steps = []
    step, model.step = model.step, lambda previous, state: steps.append(1) or step(previous, state)
    found = beam_search(model, model.start(), forced(model), beam=4, length_penalty=0.0)
    assert [h[0].symbols for h in found] == [[]] * SOURCES and len(steps) == 1


def test_a_longer_output_may_overtake_one_that_has_ended():
    """At penalty 1 ending at once scores log 0.71, and one symbol more (log 0.24 + …) / 2, which is less; but five
    symbols that nearly follow from it, and their end, share log 0.24 among six.
    """
    model = TableDecoder(3, 6, 1)
    for (_, *history), row in model.table.items():
        likely = [0.98, 0.01, 0.01] if history else [0.24, 0.05, 0.71]
        row.copy_(torch.tensor([0.01, 0.01, 0.98] if len(history) == 5 else likely).log())
    (found,) = beam_search(model, model.start(), forced(model, 6, sources=1), beam=2)
    assert [h.symbols for h in found] == [[0] * 5]


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_beam_of_one_is_greedy(penalty):
    for seed in range(5):
        model = decoder(seed)
        ones = beam_search(model, model.start(), forced(model), 1, 1, penalty)
        for (one,), other in zip(ones, greedy(model, model.start(), forced(model), penalty), strict=True):
            assert one.symbols == other.symbols
            assert (one.log_prob, one.score) == pytest.approx((other.log_prob, other.score), rel=1e-5)


def test_greedy_takes_the_most_probable_symbol_each_time():
    model = decoder(2)
    for source, found in enumerate(greedy(model, model.start(), forced(model), 1.0)):
        history = []
        while len(history) < 3 and int(model.table[source, *history].argmax()) != model.end:
            history.append(int(model.table[source, *history].argmax()))
        assert found.symbols == history
        assert found.log_prob == pytest.approx(model.every_output(source, 4)[tuple(history)], rel=1e-5)


@pytest.mark.parametrize("beam", [2, 4])
def test_sorted_and_distinct(beam):
    model = decoder(5)
    for hypotheses in beam_search(model, model.start(), forced(model), beam, n_best=beam):
        scores = [h.score for h in hypotheses]
        assert scores == sorted(scores, reverse=True)
        assert len({tuple(h.symbols) for h in hypotheses}) == len(hypotheses) == beam


def test_a_source_has_the_same_output_alone_and_in_a_batch():
    model = decoder(7)
    together = beam_search(model, model.start(), forced(model), 3, 3)
    backwards = list(range(SOURCES))[::-1]
    assert beam_search(model, model.start(backwards), forced(model), 3, 3) == together[::-1]
    for source, expected in enumerate(together):
        (alone,) = beam_search(model, model.start([source]), forced(model, sources=1), 3, 3)
        assert alone == expected


def test_outputs_of_different_greatest_lengths_in_one_batch():
    model = decoder(8)
    longest = [1, 2, 3, 4, 4, 2]
    found = beam_search(model, model.start(), Forced(longest, [[]] * SOURCES, model.end), 100, 1, 0.5)
    for source, (best,) in enumerate(found):
        assert tuple(best.symbols) == ranked(model, source, longest[source], 0.5)[0][1]


@pytest.mark.parametrize("prefix", [(0,), (2, 1), (1, 1, 0)])
def test_a_prefix_is_kept_and_the_rest_is_the_best_after_it(prefix):
    model = decoder(9)
    found = beam_search(model, model.start(), forced(model, prefix=prefix), 100, 2, 1.0)
    for source, hypotheses in enumerate(found):
        expected = ranked(model, source, 4, 1.0, prefix)[:2]
        assert [tuple(h.symbols) for h in hypotheses] == [symbols for _, symbols in expected]
        assert hypotheses[0].score == pytest.approx(expected[0][0], rel=1e-5)
    for found_greedily in greedy(model, model.start(), forced(model, prefix=prefix), 1.0):
        assert tuple(found_greedily.symbols[: len(prefix)]) == prefix


def test_a_forced_symbol_of_probability_zero():
    model = decoder(10)
    for row in model.table.values():
        row[1] = -torch.inf
    for hypotheses in beam_search(model, model.start(), forced(model, prefix=(1,)), 3):
        assert hypotheses[0].symbols[0] == 1 and hypotheses[0].log_prob > -torch.inf


def test_each_source_may_have_its_own_prefix():
    model = decoder(12)
    prefixes = [[], [0], [2, 1], [1], [], [0, 0, 0]]
    found = beam_search(model, model.start(), Forced([4] * SOURCES, prefixes, model.end), 100)
    for source, (best,) in enumerate(found):
        assert tuple(best.symbols) == ranked(model, source, 4, 1.0, prefixes[source])[0][1]


def test_a_prefix_without_room_for_the_end_is_refused():
    with pytest.raises(ValueError, match="prefix of 4 symbols"):
        forced(decoder(), prefix=(0, 0, 0, 0))


def test_a_model_that_never_ends_is_stopped():
    model = decoder(11, longest=9)
    for row in model.table.values():
        row[model.end] = -torch.inf
    for found in (
        beam_search(model, model.start(), forced(model, 9), 3, 1),
        [[one] for one in greedy(model, model.start(), forced(model, 9), 1.0)],
    ):
        assert [len(hypotheses[0].symbols) for hypotheses in found] == [8] * SOURCES


def test_an_ensemble_is_the_mean_of_the_probabilities():
    models = [decoder(seed) for seed in (1, 2, 3)]
    mean = decoder(0)
    for history, row in mean.table.items():
        row.copy_((sum(model.table[history].exp() for model in models) / 3).log())
    several, state = Ensemble(models), tuple(model.start() for model in models)
    found = beam_search(several, state, forced(mean), 3, 3)
    for own, expected in zip(found, beam_search(mean, mean.start(), forced(mean), 3, 3), strict=True):
        assert [h.symbols for h in own] == [h.symbols for h in expected]
        assert [h.score for h in own] == pytest.approx([h.score for h in expected], rel=1e-5)


def test_an_ensemble_survives_what_one_of_it_or_all_hold_impossible():
    models = [decoder(seed) for seed in (1, 2)]
    models[0].table[0,][1] = models[0].table[0,][2] = models[1].table[0,][2] = -torch.inf
    log_p_NV, _ = Ensemble(models).step(None, tuple(model.start() for model in models))
    assert float(log_p_NV[0, 1].exp()) == pytest.approx(float(models[1].table[0,][1].exp()) / 2, rel=1e-5)
    assert log_p_NV[0, 2] == -torch.inf
