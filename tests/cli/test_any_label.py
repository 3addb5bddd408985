"""Named entities as labels, from a file of each format to the report."""

from __future__ import annotations

import json
import random

import pytest

SETTINGS = (
    "epochs=12",
    "hidden=24",
    "char_size=0",
    "piece_size=0",
    "min_count=1",
    "dropout=0",
    "word_dropout=0",
)
OTHERS = ("learning_rate=0.02", "average=0", "patience=0", "threads=1", "batch_words=50")
QUICK = [part for setting in (*SETTINGS, *OTHERS) for part in ("--set", setting)]
PLUGIN = """
from seqkit import FormatSpec, LabelSpec, hookimpl
from seqkit.examples import Sentence

def read(path, problems):
    for block in open(path, encoding="utf-8").read().strip().split("\\n\\n"):
        pairs = [line.rsplit("/", 1) for line in block.split("\\n")]
        yield Sentence([word for word, _ in pairs], {"entity": [tag for _, tag in pairs]})

@hookimpl
def seqkit_formats():
    yield FormatSpec("slashes", (".slashes",), reader="slashes_plugin:read")

@hookimpl
def seqkit_labels():
    yield LabelSpec("entity", scheme="BIO", absent="O", unlabelled=True, order=50)
"""


def made(count, seed):
    """Sentences in which names are people and places, as (word, tag)."""
    draw, sentences = random.Random(seed), []
    for _ in range(count):
        sentence = []
        for _ in range(draw.randint(1, 3)):
            sentence += [(draw.choice(["then", "and"]), "O"), (draw.choice(["Ann", "Bob"]), "B-PER")]
            sentence += [(draw.choice(["Lee", "Fox"]), "I-PER")] * draw.randint(0, 1)
            sentence += [("saw", "O"), (draw.choice(["Rome", "Bonn"]), "B-LOC")]
        sentences.append(sentence)
    return sentences


def table(sentences, header="word\tner\n"):
    return header + "\n".join("".join(f"{w}\t{t}\n" for w, t in sentence) for sentence in sentences)


@pytest.fixture
def files(tmp_path):
    """A function that gives the path of train or dev in a format."""
    for name, count, seed in (("train", 60, 1), ("dev", 12, 2)):
        (tmp_path / f"{name}.tsv").write_text(table(made(count, seed)))
    return lambda name, suffix=".tsv": tmp_path / f"{name}{suffix}"


@pytest.fixture
def trained(seqkit, files, tmp_path):
    """The folder of a tagger of entities."""
    arguments = ("lstm", "--train", files("train"), "--dev", files("dev"), "--out", tmp_path / "ner", *QUICK)
    result = seqkit("train", *arguments)
    assert result.code == 0, result.err
    assert "dev ner f1 100.00 %" in result.err
    return tmp_path / "ner"


def test_a_tagger_of_entities_tags_and_is_measured(seqkit, trained, files):
    columns = (trained / "training" / "metrics.csv").read_text().splitlines()[0].split(",")
    assert columns[-3:] == ["dev_ner_f1", "dev_ner", "dev_loss"]
    text = "and Ann Lee saw Bonn"
    words, tags = text.split(), ["O", "B-PER", "I-PER", "O", "B-LOC"]
    rows = [line.split("\t") for line in seqkit("tag", text, "-m", trained, "-f", "tsv").out.splitlines()]
    assert rows[:6] == [["word", "ner"], *([word, tag] for word, tag in zip(words, tags, strict=True))]
    block = seqkit("tag", text, "-m", trained, "-f", "conllu").out.splitlines()
    assert [line.split("\t")[9] for line in block[2:7]] == [
        "_",
        "NER=B-PER",
        "NER=I-PER",
        "_",
        "SpaceAfter=No|NER=B-LOC",
    ]
    report = json.loads(seqkit("evaluate", trained, files("dev"), "--label", "ner", "--json").out)
    spans = report["kinds"]["ner"]["spans"]
    assert spans["f1"] == 1 and spans["support"] == sum(
        tag[0] == "B" for sentence in made(12, 2) for _, tag in sentence
    )
    assert sorted(spans["types"]) == ["LOC", "PER"]
    assert "ner: spans as conlleval counts them" in seqkit("evaluate", trained, files("dev")).out


@pytest.mark.parametrize("suffix", [".conllu", ".jsonl", ".spacy"])
def test_every_format_gives_the_same_model_and_scores(seqkit, trained, files, tmp_path, suffix):
    for name in ("train", "dev"):
        assert seqkit("corpora", "convert", files(name), files(name, suffix)).code == 0
    back = tmp_path / "back.jsonl"
    assert seqkit("corpora", "convert", files("dev", suffix), back, "--label", "ner").code == 0
    tags = [json.loads(line)["ner"] for line in back.read_text().splitlines()]
    assert tags == [[tag for _, tag in sentence] for sentence in made(12, 2)]
    data = ("--train", files("train", suffix), "--dev", files("dev", suffix), "--label", "ner")
    assert seqkit("train", "lstm", *data, "--out", tmp_path / "same", *QUICK).code == 0
    weights = [(folder / "model.safetensors").read_bytes() for folder in (trained, tmp_path / "same")]
    assert weights[0] == weights[1]
    reports = [seqkit("evaluate", trained, files("dev", s), "--json").out for s in (".tsv", suffix)]
    assert json.loads(reports[0])["kinds"] == json.loads(reports[1])["kinds"]
    figures = json.loads(seqkit("corpora", "stats", files("dev", suffix), "--label", "ner", "--json").out)
    assert figures["file"]["labels"]["ner"] == 4


def test_a_plugins_reader_and_an_undeclared_kind(seqkit, install_plugin, tmp_path):
    install_plugin("slashes", PLUGIN)
    path = tmp_path / "x.slashes"
    path.write_text("\n\n".join("\n".join(f"{w}/{t}" for w, t in s) for s in made(20, 1)))
    short = ("--set", "epochs=1", *QUICK[2:])
    assert seqkit("train", "lstm", "--train", path, "--out", tmp_path / "one", *short).code == 0
    assert json.loads((tmp_path / "one" / "labels" / "labels.json").read_text()).keys() == {"entity"}
    plain = tmp_path / "plain.tsv"
    plain.write_text(table(made(20, 1), "word\tchunk\n"))
    asked = ("--train", plain, "--label", "chunk")
    assert seqkit("train", "lstm", *asked, "--out", tmp_path / "two", *short).code == 0
    report = json.loads(seqkit("evaluate", tmp_path / "two", plain, "--json").out)
    assert report["kinds"]["chunk"]["spans"]["types"].keys() == {"LOC", "PER"}
    assert seqkit("tag", "Ann saw Rome", "-m", tmp_path / "two", "-o", tmp_path / "x.conllu").code == 0
    crf = ("--set", "crf=chunk", *short)
    assert seqkit("train", "lstm", *asked, "--out", tmp_path / "crf", *crf).code == 0


def test_tags_out_of_order_are_reported(seqkit, files, tmp_path):
    path = tmp_path / "odd.tsv"
    path.write_text("word\tner\nAnn\tI-PER\nsaw\tO\nRome\tB-LOC\nBob\tB-PER\n")
    result = seqkit(
        "train", "lstm", "--train", path, "--out", tmp_path / "run", "--set", "epochs=1", *QUICK[2:]
    )
    assert result.code == 0
    assert f"1 ner tag(s) out of order, such as I- after O, first at {path}:2" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("train", "lstm", "--train", "x.tsv", "--label", "sense", "--out", "run"),
            "x.tsv: has no sense labels",
        ),
        (
            ("train", "lstm", "--train", "type.tsv", "--label", "type", "--out", "run"),
            "type labels cannot be learnt",
        ),
        (
            ("train", "lstm", "--train", "slip.tsv", "--out", "run"),
            "no plugin declares: nerr\nDid you mean 'ner'? To learn it all the same: --label nerr.",
        ),
        (("corpora", "convert", "x.tsv", "y.tsv", "--label", "sense"), "x.tsv: has no sense labels"),
        (("corpora", "stats", "x.tsv", "--label", "sense"), "x.tsv: has no sense labels"),
        (("corpora", "stats", "a.en,a.de", "--label", "ner"), "--label: not for parallel text"),
        (("train", "lstm", "--train", "twice.tsv", "--out", "run"), "two columns are of the kind ner"),
    ],
)
def test_impossible_requests_are_refused(seqkit, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.tsv").write_text("word\tner\nAnn\tB-PER\n")
    (tmp_path / "slip.tsv").write_text("word\tnerr\nAnn\tB-PER\n")
    (tmp_path / "type.tsv").write_text("word\ttype\nAnn\tA\n")
    (tmp_path / "twice.tsv").write_text("word\tner\tNER\nAnn\tB-PER\tO\n")
    result = seqkit(*arguments)
    assert result.code and said in result.err
    assert not (tmp_path / "y.tsv").exists()
