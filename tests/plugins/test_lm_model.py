"""The language model: its probabilities against a second implementation, its alphabets, its folder."""

import itertools

import numpy as np
import pytest
import torch
from lm_models import encoded, one_pass, random_lines, trainable, untrained
from seqkit_lm.scoring import score_documents
from seqkit_lm.symbols import BOUNDARY, LINE_END, UNKNOWN, clean_lines

from seqkit import SeqkitError
from seqkit.models.artifact import load_model, save_model

UNITS = ["pieces", "characters", "words"]


@pytest.fixture(scope="module")
def documents():
    lines = random_lines(40)
    return [lines[:25], lines[25:26], lines[26:]]


@pytest.mark.parametrize("recurrence", ["rnn", "lstm", "gru", "sru"])
def test_probabilities_of_all_texts_of_three_symbols_sum_to_1(recurrence):
    """Σ P(y_1) P(y_2 | y_1) P(y_3 | y_1 y_2) over every y, from scores of documents."""
    model = untrained([["abab"]], spread=3.0, recurrence=recurrence)
    symbols = len(model.facts.symbols)
    every = [np.array(ids) for ids in itertools.product(range(symbols), repeat=3)]
    assert len(every) == 125
    losses = np.array(score_documents(model, every).losses)
    assert np.exp(-losses.sum(axis=1)).sum() == pytest.approx(1.0, abs=1e-5)
    first = {ids[0]: np.exp(-own[0]) for ids, own in zip(every, losses, strict=True)}
    assert sum(first.values()) == pytest.approx(1.0, abs=1e-6)
    assert max(first.values()) > 1.25 / symbols, "a uniform model would prove little"


def test_log_probabilities_of_a_training_batch_sum_to_1_at_every_step(documents):
    task = trainable(untrained(documents, spread=3.0), documents, 7)
    batches = task.batches(21, 1, 0)
    batch = task.collate(batches[1], 0)
    (steps,) = task.log_probs(batch)
    assert len(steps.y_N) == int(batch.mask_BT.sum())
    assert steps.log_p_NV.exp().sum(-1).detach().numpy() == pytest.approx(1.0, abs=1e-5)


def test_an_elman_network_written_out_gives_the_same_log_probabilities(documents):
    """z_t = tanh(W x_t + U z_{t-1} + b), P = softmax(V z_t + c), x_t = D^¼ e(y_t), in numpy, two layers."""
    model = untrained(documents, spread=3.0, recurrence="rnn", layers=2)
    weights = {name: value.double().numpy() for name, value in model.state_dict().items()}
    parts = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layers = [[weights[f"layers.{n}.forward_chain.kernel.{part}"] for part in parts] for n in range(2)]
    ids_of = encoded(model, documents)
    for ids, losses in zip(ids_of, score_documents(model, ids_of).losses, strict=True):
        states, previous = [np.zeros(8), np.zeros(8)], BOUNDARY
        for y, loss in zip(ids, losses, strict=True):
            z = weights["embedding.weight"][previous] * 6**0.25
            for n, (W, U, b, c) in enumerate(layers):
                z = states[n] = np.tanh(W @ z + b + U @ states[n] + c)
            logits = weights["output.weight"] @ z + weights["output.bias"]
            assert loss == pytest.approx(np.log(np.exp(logits).sum()) - logits[y], abs=1e-4)
            previous = y


@pytest.mark.parametrize("recurrence", ["lstm", "sru"])
def test_scores_of_many_and_long_documents_are_those_of_one_pass(recurrence):
    """More documents than lanes and longer ones than a window of the scorer."""
    lines = random_lines(200)
    documents = [lines[:30], *([line] for line in lines[30:60]), lines[60:75], lines[75:200]]
    model = untrained(documents, spread=3.0, recurrence=recurrence)
    ids_of = encoded(model, documents)
    assert len(ids_of) == 33 and max(map(len, ids_of)) > 1000
    scores = score_documents(model, ids_of)
    for ids, losses in zip(ids_of, scores.losses, strict=True):
        assert losses == pytest.approx(-one_pass(model, ids.tolist()), abs=1e-4)
    assert scores.steps == sum(map(len, ids_of))
    assert scores.nll == pytest.approx(-sum(one_pass(model, ids.tolist()).sum() for ids in ids_of), rel=1e-5)


@pytest.mark.parametrize("recurrence", ["rnn", "lstm", "gru", "sru"])
def test_single_steps_of_a_search_are_those_of_a_whole_text(recurrence):
    model = untrained([["abcabd"]], spread=3.0, recurrence=recurrence, layers=2)
    (ids,) = encoded(model, [["abcabd", "dab"]])
    expected_T = one_pass(model, ids.tolist())
    state, previous = model.initial_state(1), None
    with torch.no_grad():
        for y, expected in zip(ids.tolist(), expected_T, strict=True):
            log_p_1V, state = model.step(previous, state)
            assert log_p_1V[0, y].item() == pytest.approx(expected, abs=1e-5)
            assert log_p_1V[0, UNKNOWN] == -torch.inf
            previous = torch.tensor([y])


@pytest.mark.parametrize("unit", UNITS)
def test_symbols_give_back_the_lines(unit, documents):
    symbols = untrained(documents, unit=unit).facts.symbols
    for lines in documents:
        ids = symbols.document(lines)
        assert (ids.count(LINE_END), ids.index(BOUNDARY)) == (len(lines), len(ids) - 1)
        assert symbols.text(ids) == "\n".join(lines) + "\n"
        assert max(ids) < len(symbols)


def test_characters_and_words_of_a_line_by_hand():
    documents = [["a b a", "a c"]]
    characters = untrained(documents).facts.symbols
    a, space, b, c = 3, 4, 5, 6
    assert characters.names == ["a", " ", "b", "c"], "the most frequent first"
    assert characters.document(documents[0]) == [a, space, b, space, a, LINE_END, a, space, c, LINE_END, 2]
    assert characters.encode("azb") == [a, UNKNOWN, b]
    words = untrained(documents, unit="words").facts.symbols
    assert words.names == ["a"], "a word seen once is unknown"
    assert words.document(documents[0]) == [3, UNKNOWN, 3, LINE_END, 3, UNKNOWN, LINE_END, BOUNDARY]


def test_a_limit_keeps_the_most_frequent_words():
    documents = [["b b b a a c c c c"]]
    assert untrained(documents, unit="words", vocab_size=2).facts.symbols.names == ["c", "b"]


def test_white_space_and_composed_characters_are_read_as_one_form():
    assert clean_lines("  a\t b\r\n\n \ncafe\u0301\u00a0x\n") == ["a b", "caf\u00e9 x"]


def test_a_text_without_a_letter_has_no_alphabet():
    with pytest.raises(SeqkitError, match="the training data have no text"):
        untrained([["", ""]])


@pytest.mark.parametrize("unit", UNITS)
def test_a_model_folder_gives_back_probabilities_and_alphabet(tmp_path, unit, documents):
    model = untrained(documents, spread=3.0, unit=unit, layers=2)
    save_model(tmp_path / "m", "lm", model, card="# A model\n")
    again = load_model(str(tmp_path / "m"))
    assert again.facts.language == "en" and again.facts.symbols.unit == unit
    ids = encoded(model, documents)
    assert [i.tolist() for i in ids] == [i.tolist() for i in encoded(again, documents)]
    for ours, theirs in zip(
        score_documents(model, ids).losses, score_documents(again, ids).losses, strict=True
    ):
        assert (ours == theirs).all()


@pytest.mark.parametrize("name", ["symbols.json", "characters.json"])
def test_a_folder_without_its_alphabet_is_refused(tmp_path, name):
    save_model(tmp_path / "m", "lm", untrained([["abc"]]), card="# A model\n")
    (tmp_path / "m" / "symbols" / name).unlink()
    with pytest.raises(SeqkitError, match=name):
        load_model(str(tmp_path / "m"))


@torch.inference_mode()
def test_scores_begin_each_document_in_the_models_own_first_state(documents, monkeypatch):
    """A recurrence may begin elsewhere than at 0."""
    model = untrained(documents, spread=3.0, recurrence="rnn")
    ids_of = encoded(model, documents)
    zero = score_documents(model, ids_of).nll
    first = model.initial_state
    monkeypatch.setattr(
        model, "initial_state", lambda *given: tuple(tuple(p + 0.9 for p in s) for s in first(*given))
    )
    scored = score_documents(model, ids_of).nll
    assert abs(scored - zero) > 1
    assert scored == pytest.approx(sum(score_documents(model, [ids]).nll for ids in ids_of), rel=1e-5)
    with_state = model.initial_state(1)
    z_BTH, _ = model(torch.tensor([[BOUNDARY, *ids_of[0][:-1].tolist()]]), with_state)
    log_p_TV = (z_BTH[0] @ model.V.T + model.output.bias).log_softmax(-1)
    by_hand = -log_p_TV[torch.arange(len(ids_of[0])), torch.tensor(ids_of[0])].sum()
    assert score_documents(model, ids_of[:1]).nll == pytest.approx(float(by_hand), rel=1e-4)
