"""Translations in numpy equal those in torch, by greedy and by beam search."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
import torch
from toy_translation import pairs, tiny, trained

from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.inference.generation import generate
from seqkit.inference.numpy import starting
from seqkit.inference.numpy.loading import opened_translator
from seqkit.models.artifact import load_model, save_model
from seqkit.models.folder import model_info
from seqkit.tasks.seq2seq.apply import translate_lines
from seqkit.tasks.seq2seq.loading import starting_translator

SOURCES = [pair.sources for pair in pairs(12, seed=3)]


def saved(folder, model):
    save_model(folder, "seq2seq", model, "", "float16")
    return str(folder)


def compare(name, sources, beam, **options):
    """Outputs are equal, their scores but for rounding."""
    options = DecodingOptions(beam=beam, **options)
    ours = opened_translator(model_info(name)).generate(sources, options, [options.prefix] * len(sources))
    theirs = generate([load_model(name)], sources, options)
    assert [found.value for (found,) in ours] == [found.value for (found,) in theirs]
    for (found,), (expected,) in zip(ours, theirs, strict=True):
        assert (found.log_prob, found.score) == pytest.approx((expected.log_prob, expected.score), abs=1e-4)
        assert found.length == expected.length


@pytest.mark.parametrize(
    "options",
    [
        {"attention": "dot", "bidirectional": False},
        {"attention": "general", "layer_norm": True, "encoder_layers": 2, "decoder_layers": 2},
        {"attention": "additive", "residual": True, "decoder_layers": 3, "input_feeding": True},
        {"attention": "none", "recurrence": "gru", "tied": False},
        {"recurrence": "rnn", "joint": False},
        {"recurrence": "sru", "tied": False, "joint": False, "hidden": 12},
        {"copy": True, "attention": "dot"},
        {"copy": True, "lexical": True, "tied": False, "input_feeding": True},
        {"lexical": True, "byte_fallback": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("beam", [1, 4])
def test_random_models_write_what_torchs_write(options, beam, tmp_path):
    model = tiny(**options)
    torch.manual_seed(5)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    compare(saved(tmp_path / "model", model), SOURCES, beam)


@pytest.mark.parametrize(
    "options", [{"beam": 1}, {"beam": 5}, {"beam": 3, "length_penalty": 0.0}, {"beam": 2, "prefix": "zwei"}]
)
def test_a_trained_model_writes_what_torchs_writes(options, tmp_path):
    compare(saved(tmp_path / "model", trained()), SOURCES, **options)


def lines_of(real_corpora, column, count):
    """Some sentences of Tatoeba."""
    with zipfile.ZipFile(real_corpora / "tatoeba-deu-eng/deu-eng.zip") as archive:
        lines = io.TextIOWrapper(archive.open("deu.txt"), "utf-8").read().splitlines()
    return [{"text": line.split("\t")[column]} for line in random.Random(1).sample(lines, count)]


@pytest.mark.parametrize(("name", "column"), [("de-en", 1), ("en-de", 0)])
def test_shipped_models_write_what_torchs_write(name, column, real_corpora):
    sources = lines_of(real_corpora, column, 20)
    for beam in (1, 5):
        compare(name, sources, beam)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "column"), [("de-en", 1), ("en-de", 0)])
def test_shipped_models_write_what_torchs_write_on_many_lines(name, column, real_corpora):
    sources = lines_of(real_corpora, column, 200)
    for beam in (1, 5):
        compare(name, sources, beam)


def test_few_lines_go_by_numpy_and_many_by_torch(monkeypatch):
    monkeypatch.setattr(starting, "SHORT_LINES", 3)
    search, lines = DecodingOptions(beam=2), ["Hallo.", "", "Wie geht es dir?"]
    model, loaded = starting_translator("de-en"), []
    monkeypatch.setattr(model, "_load", lambda: loaded.append(1) or [load_model("de-en")])
    few = list(translate_lines(model, lines, search))
    assert not loaded and [bool(found) for found in few] == [True, False, True]
    many = list(translate_lines(model, lines * 2, search))
    assert loaded and [found[0].text for found in many if found] == [f[0].text for f in few if f] * 2


@pytest.mark.parametrize("options", [{"sample": True}, {"mbr": 2}, {"n_best": 2}])
def test_what_numpy_does_not_do_goes_by_torch(options, monkeypatch):
    model, loaded = starting_translator("de-en"), []
    monkeypatch.setattr(model, "_load", lambda: loaded.append(1) or [load_model("de-en")])
    (found,) = translate_lines(model, ["Hallo."], DecodingOptions(**options))
    assert loaded and found


def test_other_number_formats_tasks_and_prefixes(tmp_path):
    assert starting_translator("de-en", "bfloat16") is None
    with pytest.raises(SeqkitError, match="a model for tagging, not for seq2seq"):
        starting_translator("en-tagger")
    (found,) = translate_lines(starting_translator("de-en"), ["Hallo."], DecodingOptions(prefix="的"))
    assert found[0].text.startswith("的"), "its byte pieces spell any character"


def test_a_long_line_is_read_in_parts(tmp_path):
    line = "Der Hund schläft im Garten. " * 30
    model = starting_translator("de-en")
    (found,) = translate_lines(model, [line], DecodingOptions(beam=2))
    (expected,) = translate_lines([load_model("de-en")], [line], DecodingOptions(beam=2))
    assert found[0].text == expected[0].text and found[0].text.count("dog") > 10
