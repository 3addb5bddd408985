"""`seqkit evaluate` on a model that translates, on good and on bad input."""

from __future__ import annotations

import json
import shutil

import pytest
import toy_translation
from sacrebleu.metrics import BLEU

from seqkit.decoding.options import DecodingOptions
from seqkit.models.artifact import save_model
from seqkit.tasks.seq2seq.apply import translate_lines


@pytest.fixture(scope="module")
def translator(tmp_path_factory):
    """The folder of a model that knows the toy language."""
    folder = tmp_path_factory.mktemp("models") / "toy"
    save_model(folder, "seq2seq", toy_translation.trained(), card="# Toy\n")
    return folder


@pytest.fixture
def test_set(tmp_path):
    """Two files of new sentences, as one argument."""
    pairs = toy_translation.pairs(30, seed=99)
    (tmp_path / "test.en").write_text("".join(f"{pair.sources['text']}\n" for pair in pairs))
    (tmp_path / "test.de").write_text("".join(f"{pair.target}\n" for pair in pairs))
    return f"{tmp_path / 'test.en'},{tmp_path / 'test.de'}"


def expected_bleu(beam):
    pairs = toy_translation.pairs(30, seed=99)
    lines = [pair.sources["text"] for pair in pairs]
    found = translate_lines([toy_translation.trained()], lines, DecodingOptions(beam=beam))
    return BLEU().corpus_score([best[0].text for best in found], [[pair.target for pair in pairs]]).score


@pytest.mark.parametrize("beam", [1, 5])
def test_bleu_is_that_of_what_the_model_writes(seqkit, translator, test_set, beam):
    data = json.loads(seqkit("evaluate", translator, test_set, "--beam", str(beam), "--json").out)
    assert data["metrics"]["BLEU"]["score"] == pytest.approx(expected_bleu(beam))
    assert data["metrics"]["BLEU"]["score"] > 30
    assert (data["pairs"], data["split"], data["sides"]) == (30, None, "en to de")
    assert data["decoding"] == {"beam": beam, "length_penalty": 1.0, "max_ratio": 3.0}


def test_tables_go_to_stdout(seqkit, translator, test_set):
    result = seqkit("evaluate", translator, test_set)
    assert result.code == 0 and result.err == ""
    for said in ("BLEU", "chrF2", "TER", "tok:13a", "exact match", "length ratio", "30 pairs, beam 5"):
        assert said in result.out


def test_a_corpus_by_name_with_its_sides_turned(seqkit, translator):
    line = ["evaluate", translator, "sample-german-english", "--split", "dev", "--json"]
    forth = json.loads(seqkit(*line).out)
    assert (forth["sides"], forth["split"], forth["pairs"]) == ("en to de", "dev", 8)
    assert json.loads(seqkit(*line, "--source", "de", "--target", "en").out)["sides"] == "de to en"


def test_two_models_and_the_card(seqkit, translator, test_set, tmp_path):
    save_model(tmp_path / "other", "seq2seq", toy_translation.tiny(), card="")
    own = tmp_path / "own"
    shutil.copytree(translator, own)
    line = ["evaluate", own, test_set, "--compare", tmp_path / "other", "--card"]
    data = json.loads(seqkit(*line, "--json").out)
    bleu = next(row for row in data["comparison"] if row["metric"] == "BLEU")
    assert bleu["this"] == data["metrics"]["BLEU"]["score"] and bleu["difference"] > 0 and bleu["p"] < 0.05
    assert "paired bootstrap" in seqkit(*line).out
    assert (own / "README.md").read_text().count("## Scores on") == 1
    assert seqkit("models", "verify", own).code == 0


def test_pairs_that_cannot_be_scored(seqkit, translator, tmp_path):
    bad = tmp_path / "bad.tsv"
    bad.write_text("one\teins\ntwo\t\n")
    result = seqkit("evaluate", translator, bad)
    assert (result.code, result.out) == (1, "") and "bad.tsv:2: an empty side" in result.err
    result = seqkit("evaluate", translator, bad, "--skip-bad", "--json")
    assert json.loads(result.out)["pairs"] == 1 and "1 bad record" in result.err
    bad.write_text("")
    assert "holds no pair" in seqkit("evaluate", translator, bad).err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["sample-german-english", "--split", "tset"], 2, "Did you mean 'test'?"),
        (["sample-german-english", "--tokenize", "13b"], 2, "no such tokenizer"),
        (["sample-german-english", "--target", "fr"], 2, "has no side 'fr'"),
        (["sample-english"], 2, "is not parallel text"),
        (["sample-german-english", "--raw"], 2, "--raw: is for models of tagging"),
        (
            ["sample-german-english", "--confusion-plot", "a.png"],
            2,
            "--confusion-plot: is for models of tagging",
        ),
        (["sample-german-english", "--compare", "en-tagger"], 2, "a model for tagging"),
        (["gone.en,gone.de"], 2, "gone.en: no such file"),
    ],
)
def test_mistakes_are_named(seqkit, translator, arguments, code, said):
    result = seqkit("evaluate", translator, *arguments)
    assert (result.code, result.out) == (code, "") and said in result.err
