"""The gradient of a batch in parts, one for each process, against that of the whole batch: dropout included."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from media_models import untrained
from test_device_step import MEDIA, TAGGER, WRITTEN, prepared

from seqkit.examples import Pair
from seqkit.nn.draws import EXAMPLES, Rows, dividing, draw
from seqkit.tasks.seq2seq.trainable import Seq2SeqTrainable
from seqkit.training.batch_loss import in_dtype
from seqkit.training.batches import divided_by_length
from seqkit.training.objective import NLL
from seqkit.training.objective_options import NLLOptions, RDropOptions, ScheduledOptions
from seqkit.training.objectives import RDrop, ScheduledSampling


def gradients(task, objective, indices, processes, dtype="float64", seed=5):
    """Of Σ total, as so many processes would add it up; with the sums of weights, and of -log P."""
    task.model.to(getattr(torch, dtype)).train()
    task.model.zero_grad(set_to_none=True)
    weight = nll = 0.0
    carried = dict(task.state_dict())
    joined = []
    for positions in task.divided(indices, processes):
        if not positions:
            continue
        task.load_state_dict(carried)
        batch = in_dtype(task.collate(indices, seed), dtype)
        torch.manual_seed(seed)
        part = task.part(batch, Rows(len(indices), torch.tensor(positions)))
        with dividing(part.rows if processes > 1 else {}):
            loss = objective.loss(task, part.batch if processes > 1 else batch)
        loss.total.backward()
        weight, nll = weight + float(loss.weight), nll + float(loss.counts.nll)
        joined.append(dict(task.state_dict()))
    carried = {name: sum(one[name] for one in joined) for name in joined[0]}
    named = {name: one.grad for name, one in task.model.named_parameters() if one.grad is not None}
    return named, carried, weight, nll


def check(task, objective=None, processes=3, dtype="float64"):
    objective, near = objective or NLL(NLLOptions(label_smoothing=0.1)), 1e-9 if dtype == "float64" else 1e-3
    indices = sorted(range(len(task.lengths)), key=lambda index: np.sum(task.lengths[index]))[-7:]
    whole, carried, weight, nll = gradients(task, objective, indices, 1, dtype)
    together, joined, weights, nlls = gradients(task, objective, indices, processes, dtype)
    assert weight == weights > 0 and nll == pytest.approx(nlls, rel=near)
    assert set(whole) == set(together)
    largest = max(float(gradient.abs().max()) for gradient in whole.values())
    for name, gradient in whole.items():
        torch.testing.assert_close(together[name], gradient, rtol=near, atol=near * largest)
    for name, state in carried.items():
        torch.testing.assert_close(joined[name], state)
    return carried


@pytest.mark.parametrize("more", [{}, {"crf": "upos"}, {"mixed": 9}, {"sampling": 0.9}])
def test_parts_of_a_batch_of_sentences_add_up(more):
    check(prepared("lstm", {**TAGGER, **more}))


@pytest.mark.parametrize("model", ["rnn", "birnn", "deeprnn", "gru", "sru"])
def test_parts_add_up_for_every_recurrence(model):
    check(prepared(model, TAGGER))


def test_a_language_model_carries_the_states_of_all_lanes():
    task = prepared("lm", {"hidden": 8, "embedding_size": 6, "bptt_window": 16, "dropout": 0.3})
    batches = task.batches(4 * 16, 1, 0)
    states = []
    for processes in (1, 3):
        task.load_state_dict({})
        for batch in batches[:3]:
            _, carried, *_ = gradients(task, NLL(NLLOptions()), batch, processes)
            task.load_state_dict(carried)
        states.append(carried)
    assert states[0] and all(part.abs().sum() > 0 for part in states[0].values())
    for name, part in states[0].items():
        torch.testing.assert_close(states[1][name], part)


@pytest.mark.parametrize("char_context", ["text", "run"])
def test_parts_of_a_batch_of_windows_of_text_add_up(char_context):
    sizes = {"hidden": 8, "context": 6, "run_size": 4}
    check(prepared("segmenter", {"recurrence": "sru", "char_context": char_context, **sizes}))


PAIRS = [Pair({"text": text}, text[::-1]) for text in ("one two", "three", "four five six", "seven", "ten")]


@pytest.mark.parametrize(
    ("options", "objective"),
    [
        ({}, None),
        ({"input_feeding": True, "attention": "dot"}, None),
        ({"attention": "none", "sampling": 0.5, "piece_dropout": 0.3}, None),
        ({}, RDrop(RDropOptions())),
        ({"input_feeding": True}, ScheduledSampling(ScheduledOptions(share=0.5))),
    ],
)
def test_parts_of_a_batch_of_pairs_add_up(options, objective):
    model = untrained(PAIRS, **{"dropout": 0.3, **options})
    check(Seq2SeqTrainable(model, PAIRS, []), objective, processes=2)


@pytest.mark.parametrize("encoder", MEDIA)
def test_parts_of_a_batch_of_media_add_up(encoder):
    made, options = MEDIA[encoder]
    pairs = [Pair({encoder: made(n)}, f"word {n}") for n in range(4)]
    check(Seq2SeqTrainable(untrained(pairs, encoder=encoder, dropout=0.2, **options), pairs, []))


@pytest.mark.parametrize("decoder", WRITTEN)
def test_parts_of_a_batch_of_written_media_add_up(decoder):
    made, options = WRITTEN[decoder]
    pairs = [Pair({"text": f"word {n}"}, made(n)) for n in range(4)]
    task = Seq2SeqTrainable(untrained(pairs, decoder=decoder, dropout=0.2, **options), pairs, [])
    check(task, dtype="float32" if decoder == "video" else "float64")


def test_every_process_has_about_as_many_steps():
    lengths = np.random.default_rng(1).integers(1, 60, 101).tolist()
    parts = divided_by_length(lengths, 4)
    assert sorted(position for part in parts for position in part) == list(range(101))
    sums = [sum(lengths[position] for position in part) for part in parts]
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert max(sums) - min(sums) <= max(lengths)
    assert [len(part) for part in divided_by_length([5], 3)] == [1, 0, 0]


def test_a_process_draws_the_numbers_of_its_rows():
    like = torch.empty(0)
    torch.manual_seed(1)
    whole = draw((6, 1, 5), like, torch.Tensor.uniform_)
    torch.manual_seed(1)
    with dividing({EXAMPLES: Rows(3, torch.tensor([2, 0]))}):
        own = draw((4, 1, 5), like, torch.Tensor.uniform_)
    assert torch.equal(own, whole[[4, 5, 0, 1]])
