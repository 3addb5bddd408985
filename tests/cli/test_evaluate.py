"""`seqkit evaluate` on good and on bad input."""

from __future__ import annotations

import json
import shutil

import pytest
from toy import TREEBANK, tiny

from seqkit.examples import Sentence
from seqkit.extend.manager import load
from seqkit.models.artifact import save_model
from seqkit.tasks.tagging.loading import load_tagger


@pytest.fixture
def treebank(tmp_path):
    """The toy treebank as a file, with spaces between the words."""
    path = tmp_path / "toy.conllu"
    with open(path, "wb") as file:
        writer = load("seqkit.formats.conllu.treebank:Writer")(file)
        for sentence in TREEBANK:
            writer.write(Sentence(sentence.words, sentence.labels, spaces=[" "] * len(sentence.words)))
    return path


def test_json_equals_a_count_by_hand(seqkit, model, treebank):
    data = json.loads(seqkit("evaluate", model, treebank, "--json").out)
    predicted = load_tagger(str(model)).predict(TREEBANK)
    right = total = 0
    for sentence, tags in zip(TREEBANK, predicted, strict=True):
        right += sum(a == b for a, b in zip(sentence.labels["upos"], tags["upos"], strict=True))
        total += len(sentence.words)
    upos = data["kinds"]["upos"]["overall"]
    assert (upos["right"], upos["total"], data["words"]) == (right, total, total)
    assert data["split"] is None and data["sentences"] == len(TREEBANK)
    assert data["kinds"]["upos"]["unknown"]["total"] == 0


def test_tables_go_to_stdout(seqkit, model, treebank):
    result = seqkit("evaluate", model, treebank, "--label", "upos")
    assert result.code == 0 and result.err == ""
    assert "Accuracy, %" in result.out and "gold in rows" in result.out and "xpos" not in result.out
    assert max(map(len, result.out.splitlines())) < 200


def test_a_corpus_by_name_and_a_plot(seqkit, model, tmp_path):
    picture = tmp_path / "out.png"
    result = seqkit("evaluate", model, "sample-english", "--split", "dev", "--confusion-plot", picture)
    assert result.code == 0 and "on sample-english dev:" in result.out
    assert picture.read_bytes().startswith(b"\x89PNG") and "out.png" in result.err


def test_a_file_without_a_suffix_is_no_corpus(seqkit, model, treebank, monkeypatch):
    monkeypatch.chdir(treebank.parent)
    treebank.rename("treebank")
    result = seqkit("evaluate", model, "treebank")
    assert result.code == 2 and "treebank: it has no suffix" in result.err


def test_a_plot_does_not_replace_the_treebank(seqkit, model, treebank):
    before = treebank.read_bytes()
    result = seqkit("evaluate", model, treebank, "--confusion-plot", treebank)
    assert result.code == 2 and "is also an input" in result.err
    assert treebank.read_bytes() == before
    result = seqkit("evaluate", model, treebank, "--confusion-plot", treebank.with_suffix(".jpg"))
    assert result.code == 2 and ".png" in result.err


def test_raw_text_is_split_again(seqkit, model):
    result = seqkit("evaluate", model, "sample-english", "--raw", "--lang", "en", "--json")
    metrics = json.loads(result.out)["metrics"]
    assert metrics["Words"]["f1"] > 0.95 and metrics["Tokens"]["f1"] < 1
    assert metrics["AllTags"]["right"] <= metrics["UPOS"]["right"] <= metrics["Words"]["right"]
    assert "aligned accuracy" in seqkit("evaluate", model, "sample-english", "--raw").out


def test_silver_labels_are_reported(seqkit, model, tmp_path, tiny_pipeline, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    text = tmp_path / "raw.txt"
    text.write_text("I saw her duck. The old man can swim.\n")
    for arguments in ((text,), ("sample-english",), ("sample-english", "--raw")):
        out = seqkit("evaluate", model, *arguments, "--gold", f"spacy:{tiny_pipeline}").out
        assert "SILVER" in out and "en_tiny 1.2" in out
        as_json = seqkit("evaluate", model, *arguments, "--gold", f"spacy:{tiny_pipeline}", "--json").out
        assert json.loads(as_json)["silver"] == "en_tiny 1.2"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["sample-english", "--split", "tset"], 2, "Did you mean 'test'?"),
        (["sample-english", "--label", "upso"], 2, "Did you mean 'upos'?"),
        (["sample-english", "--gold", "en_core_web_sm"], 2, "spacy:PIPELINE"),
        (["sample-english", "--gold", "spacy:xx_none_sm"], 1, "python -m spacy download xx_none_sm"),
        (["sample-english", "--raw", "--confusion-plot", "a.png"], 2, "Leave out"),
        (["nowhere.conllu"], 2, "no such file"),
        (["nowhere.conllu", "--split", "dev"], 2, "nowhere.conllu is no corpus"),
        (["sample-english", "--lang", "fr"], 2, "--lang: is for --raw"),
        (["sample-english", "--compare", "runs/none"], 1, "runs/none: no such model folder"),
        (["no-such-corpus"], 2, "no-such-corpus"),
    ],
)
def test_mistakes_are_named(seqkit, model, arguments, code, said):
    result = seqkit("evaluate", model, *arguments)
    assert (result.code, result.out) == (code, "") and said in result.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no sentence"),
        ("1\tdog\t_\t_\t_\t_\t0\troot\t_\t_\n\n", "none of the labels"),
        ("1\tdog\t_\tNOUN\t_\t_\t0\troot\t_\n\n", "bad.conllu:1"),
    ],
)
def test_bad_files_are_named(seqkit, model, tmp_path, content, said):
    path = tmp_path / "bad.conllu"
    path.write_text(content)
    result = seqkit("evaluate", model, path)
    assert result.code in (1, 2) and said in result.err


def test_a_kind_that_the_corpus_lacks(seqkit, model, tmp_path):
    path = tmp_path / "upos.conllu"
    path.write_text("1\tdog\t_\tNOUN\t_\t_\t0\troot\t_\t_\n\n")
    result = seqkit("evaluate", model, path, "--label", "xpos")
    assert result.code == 1 and "has no xpos labels" in result.err and "It has: upos." in result.err
    assert seqkit("evaluate", model, path).code == 0


def test_a_model_for_a_task_that_nothing_measures(seqkit, model, tmp_path):
    shutil.copytree(model, tmp_path / "other")
    config = tmp_path / "other" / "config.json"
    config.write_text(config.read_text().replace('"tagging"', '"parsing"'))
    result = seqkit("evaluate", tmp_path / "other", "sample-english")
    assert result.code == 2 and "a model for parsing" in result.err and "seq2seq" in result.err


@pytest.mark.parametrize(
    "option", [["--beam", "3"], ["--tokenize", "char"], ["--source", "en"], ["--max-ratio", "0"]]
)
def test_options_of_another_task_are_refused(seqkit, model, option):
    result = seqkit("evaluate", model, "sample-english", *option)
    assert result.code == 2 and f"{option[0]}: is for models of seq2seq" in result.err


def test_scores_measured_otherwise_leave_the_first_on_the_card(seqkit, model, tmp_path):
    shutil.copytree(model, tmp_path / "own")
    for extra in ((), ("--label", "upos"), ("--inference-dtype", "int8"), ()):
        assert seqkit("evaluate", tmp_path / "own", "sample-english", "--card", *extra).code == 0
    card = (tmp_path / "own" / "README.md").read_text()
    titles = [line for line in card.splitlines() if line.startswith("## Accuracy on sample-english")]
    assert titles == [
        "## Accuracy on sample-english test (upos)",
        "## Accuracy on sample-english test (int8)",
        "## Accuracy on sample-english test",
    ]


def test_a_comparison_on_few_sentences_has_a_warning(seqkit, model, treebank):
    result = seqkit("evaluate", model, treebank, "--compare", model)
    assert result.code == 0 and f"{len(TREEBANK)} sentence(s): intervals and p-values" in result.err


def test_where_all_records_are_bad_they_are_counted(seqkit, model, tmp_path):
    path = tmp_path / "bad.conllu"
    path.write_text("1\tbad\n\n")
    result = seqkit("evaluate", model, path, "--skip-bad")
    assert result.code == 1 and "1 bad record" in result.err and "holds no sentence" in result.err


def test_skip_bad_continues(seqkit, model, treebank):
    treebank.write_bytes(b"1\tbad\n\n" + treebank.read_bytes())
    result = seqkit("evaluate", model, treebank, "--skip-bad", "--json")
    assert json.loads(result.out)["sentences"] == len(TREEBANK)
    assert "1 bad record" in result.err


def test_scores_can_be_added_to_the_card_once(seqkit, model, treebank, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(model, own)
    for _ in range(2):
        assert seqkit("evaluate", own, treebank, "--card").code == 0
    card = (own / "README.md").read_text()
    assert card.startswith("# Tiny\n")
    assert card.count(f"## Accuracy on {treebank}") == 1
    share = seqkit("evaluate", own, treebank, "--json").out
    assert f"{100 * json.loads(share)['kinds']['upos']['overall']['accuracy']:.2f}" in card
    assert seqkit("models", "verify", own).code == 0


def test_two_models_are_compared(seqkit, model, treebank, tmp_path):
    save_model(tmp_path / "other", "rnn", tiny("rnn"), card="")
    line = ["evaluate", model, treebank, "--compare", tmp_path / "other"]
    found = {row["kind"]: row for row in json.loads(seqkit(*line, "--json").out)["comparison"]}
    for name, key in ((model, "a"), (tmp_path / "other", "b")):
        alone = json.loads(seqkit("evaluate", name, treebank, "--json").out)["kinds"]["upos"]["overall"]
        assert found["upos"][key] == alone["accuracy"]
    assert "paired bootstrap" in seqkit(*line).out
    assert seqkit(*line, "--raw").code == 2


def test_a_model_equals_itself_in_every_number_format(seqkit):
    line = [
        "evaluate",
        "en-tagger",
        "sample-english",
        "--compare",
        "en-tagger",
        "--inference-dtype",
        "float32",
    ]
    for row in json.loads(seqkit(*line, "--json").out)["comparison"]:
        assert (row["a"], row["p"]) == (row["b"], 1.0)


def test_calibration_is_shown_and_in_json(seqkit, model, treebank):
    assert "Calibration" in seqkit("evaluate", model, treebank, "--calibration").out
    rows = json.loads(seqkit("evaluate", model, treebank, "--calibration", "--json").out)["calibration"]
    assert [row["kind"] for row in rows] == ["upos", "xpos", "feats"]
    assert all(
        0 <= row[when]["ece"] <= 1 and row[when]["nll"] > 0 for row in rows for when in ("before", "after")
    )
    assert seqkit("evaluate", model, treebank, "--calibration", "--raw").code == 2
