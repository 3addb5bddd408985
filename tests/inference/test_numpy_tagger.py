"""The tagger in numpy predicts torch's labels; torch is used if a numpy form is missing."""

from __future__ import annotations

from itertools import islice

import pytest
import torch
from toy import TREEBANK, tiny

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.formats.conllu.treebank import read
from seqkit.inference.numpy import starting
from seqkit.models.artifact import save_model
from seqkit.models.folder import checksums, write_manifest
from seqkit.tasks.tagging.apply import tag_sentences
from seqkit.tasks.tagging.loading import load_tagger, numpy_tagger, starting_tagger

KINDS = ("upos", "xpos", "feats")
UNLIKE = [Sentence(text.split()) for text in ("Unseen Words 12 !", "the", "a " * 30, "dog's café 😀 —")]
SENTENCES = [*TREEBANK, *UNLIKE]


def saved(folder, name, **options):
    """A model with random weights, heads included, so that labels differ from word to word."""
    model = tiny(name, **options)
    torch.manual_seed(11)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    save_model(folder, name, model, "", "float16")
    return str(folder)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("rnn", {}),
        ("birnn", {"char_size": 0}),
        ("deeprnn", {"piece_size": 0}),
        ("lstm", {"layers": 1, "bidirectional": False, "affix_size": 0}),
        ("lstm", {"inference_dtype": "int8"}),
        ("gru", {"word_size": 0, "crf": "upos"}),
        ("gru", {"inference_dtype": "int8", "layers": 3}),
        ("sru", {"mixed": 12}),
    ],
    ids=str,
)
def test_labels_and_probabilities_are_torchs(name, options, tmp_path):
    folder = saved(tmp_path / "model", name, **options)
    ours, theirs = numpy_tagger(folder), load_tagger(folder)
    assert ours.predict(SENTENCES, KINDS) == theirs.predict(SENTENCES, KINDS)
    close = 0.03 if "inference_dtype" in options else 1e-4
    for one, other in zip(ours.predict_top(SENTENCES, 2), theirs.predict_top(SENTENCES, 2), strict=True):
        for kind in KINDS:
            for found, expected in zip(one[kind], other[kind], strict=True):
                assert [p for _, p in found] == pytest.approx([p for _, p in expected], abs=close)


def compared(sentences):
    sentences = [Sentence(sentence.words) for sentence in sentences]
    assert numpy_tagger("en-tagger").predict(sentences, KINDS) == load_tagger("en-tagger").predict(
        sentences, KINDS
    )


def test_labels_of_the_shipped_tagger_are_torchs(real_corpora):
    path = str(real_corpora / "ud-english-ewt/en_ewt-ud-dev.conllu")
    compared(islice(read(path, RecordErrors()), 300))


@pytest.mark.slow
def test_labels_of_all_of_a_treebank_are_torchs(real_corpora):
    compared(read(str(real_corpora / "ud-english-ewt/en_ewt-ud-dev.conllu"), RecordErrors()))


def test_long_text_goes_to_torch_at_the_border_of_a_chunk(monkeypatch):
    monkeypatch.setattr(starting, "SHORT_WORDS", 20)
    tagger, loaded = starting_tagger("en-tagger"), []
    monkeypatch.setattr(tagger, "_load", lambda: loaded.append(1) or load_tagger("en-tagger"))
    found = []
    for sentence in tag_sentences(tagger, [Sentence(s.words) for s in SENTENCES], KINDS):
        found.append(sentence.labels)
        # A word more is counted for each sentence.
        assert bool(loaded) == (sum(len(s.words) + 1 for s in SENTENCES[: len(found)]) > 20)
    assert found == load_tagger("en-tagger").predict(SENTENCES, KINDS)


def test_one_text_has_its_probabilities_from_one_of_the_two(monkeypatch):
    monkeypatch.setattr(starting, "SHORT_WORDS", 20)
    words = [Sentence(s.words) for s in SENTENCES]
    found = [s.ranked for s in tag_sentences(starting_tagger("en-tagger"), words, KINDS, top=2)]
    expected = load_tagger("en-tagger").predict_top(words, 2)
    assert found == [{kind: of_all[kind] for kind in KINDS} for of_all in expected]


def test_other_number_formats_and_layers_go_by_torch(tmp_path, monkeypatch):
    assert numpy_tagger("en-tagger", "bfloat16") is None
    assert numpy_tagger(saved(tmp_path / "rnn", "rnn"), "int8") is None
    monkeypatch.setattr("seqkit.inference.numpy.loading.recurrence_form", lambda name: None)
    assert numpy_tagger("en-tagger") is None


def test_weights_that_do_not_fit_are_reported_by_torch(tmp_path):
    folder, other = saved(tmp_path / "model", "rnn"), saved(tmp_path / "other", "rnn", hidden=9)
    (tmp_path / "model/model.safetensors").write_bytes((tmp_path / "other/model.safetensors").read_bytes())
    write_manifest(tmp_path / "model", checksums(tmp_path / "model"))
    assert numpy_tagger(folder) is None and numpy_tagger(other) is not None
    with pytest.raises(SeqkitError, match="does not fit the model"):
        starting_tagger(folder)


def test_a_damaged_folder_and_another_task_are_refused(tmp_path):
    folder = saved(tmp_path / "model", "rnn")
    with open(tmp_path / "model/words/words.json", "a", encoding="utf-8") as file:
        file.write(" ")
    with pytest.raises(SeqkitError, match="has changed since the model was made"):
        starting_tagger(folder)
    with pytest.raises(SeqkitError, match="a model for seq2seq, not for tagging"):
        starting_tagger("de-en")
