"""`seqkit train segmenter`, `segment`, `evaluate` and `tag --segmenter` on the command line."""

from __future__ import annotations

import json

import pytest
from toy import tiny

from seqkit.config import parse_settings
from seqkit.data.catalogue import read_sentences
from seqkit.data.files import read_file
from seqkit.examples import RecordErrors
from seqkit.models.artifact import save_model
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

SETTINGS = (
    "hidden=16",
    "context=8",
    "run_size=8",
    "epochs=25",
    "patience=0",
    "average=0",
    "learning_rate=0.02",
    "batch_words=300",
    "dropout=0",
    "text_noise=0",
    "threads=1",
)
SMALL = [part for setting in SETTINGS for part in ("--set", setting)]
RAW = "The dog sleeps. It doesn't see the cat\n\nWho is there?\n"


class Quiet:
    """A reporter without output."""

    def start(self, epochs, minutes): ...

    def step(self, progress, batches): ...

    def epoch(self, row, scores): ...

    def note(self, message): ...


def words_in(tsv: str) -> list[str]:
    """The first column, without its name."""
    return [line.split("\t")[0] for line in tsv.splitlines()[1:] if line]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The folder of an untrained tagger without a segmenter."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(folder, "lstm", tiny("lstm"), card="# Tiny\n")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a small segmenter, trained on the sample corpus."""
    out = tmp_path_factory.mktemp("segmenters") / "small"
    given = {"model": "segmenter", "corpus": "sample-english"}
    train(
        make_request(arguments_of(given, [], parse_settings(SMALL[1::2]))),
        out,
        "seqkit train segmenter",
        Quiet(),
    )
    return out


def test_what_was_trained_finds_words(seqkit, trained):
    report = json.loads(seqkit("evaluate", trained, "sample-english", "--split", "dev", "--json").out)
    assert report["scores"]["Words"]["f1"] > 0.9
    assert 0 < report["scores"]["Sentences"]["f1"] <= 1


@pytest.mark.parametrize("suffix", ["conllu", "jsonl", "tsv", "spacy", "html"])
def test_every_output_format(seqkit, trained, tmp_path, suffix):
    source, out = tmp_path / "raw.txt", tmp_path / f"out.{suffix}"
    source.write_text(RAW)
    seqkit("segment", source, "-m", trained, "-o", out)
    if suffix == "conllu":
        found = list(read_file(str(out), RecordErrors()))
        assert "".join("".join(s.text.split()) for s in found) == "".join(RAW.split())
        assert [s.lines[-1].split("\t")[3] for s in found] == ["_"] * len(found)
    assert out.stat().st_size > 50


def test_rules_by_name_split_as_before(seqkit):
    run = seqkit("segment", "-m", "spacy", "She left. He can't.", "-f", "tsv")
    assert words_in(run.out) == ["She", "left", ".", "He", "ca", "n't", "."]


def test_tag_takes_a_segmenter(seqkit, trained, model):
    text = "The dog sleeps. Who is there?"
    by_rules = seqkit("tag", "-m", model, "--segmenter", "spacy", text).out
    assert by_rules == seqkit("tag", "-m", model, text).out  # this model has none of its own
    learnt = seqkit("tag", "-m", model, "--segmenter", trained, text).out
    assert "# text = " in learnt
    run = seqkit("tag", "-m", model, "--segmenter", model, text)
    assert run.code == 2 and "does not split text" in run.err


def test_a_treebank_without_text_has_a_note(seqkit, tmp_path):
    gold = list(read_sentences("sample-english", "train", RecordErrors()))
    blocks = ["\n".join(line for line in s.lines if not line.startswith("# text")) for s in gold]
    source = tmp_path / "bare.conllu"
    source.write_text("\n\n".join(blocks) + "\n\n")
    run = seqkit(
        "train", "segmenter", "--train", source, *SMALL, "--set", "epochs=1", "--out", tmp_path / "m"
    )
    assert "has no '# text'" in run.err


def test_one_sentence_is_enough(seqkit, tmp_path):
    source = tmp_path / "one.conllu"
    source.write_text("# text = Hi\n1\tHi\t_\t_\t_\t_\t_\t_\t_\t_\n\n")
    seqkit("train", "segmenter", "--train", source, *SMALL, "--set", "epochs=1", "--out", tmp_path / "m")
    run = seqkit("segment", "-m", tmp_path / "m", "Hi there", "-f", "tsv")
    assert "".join(words_in(run.out)) == "Hithere"


def test_text_that_does_not_match_is_named(seqkit, tmp_path):
    source = tmp_path / "bad.conllu"
    source.write_text("# sent_id = 1\n# text = Ho\n1\tHi\t_\t_\t_\t_\t_\t_\t_\t_\n\n")
    run = seqkit("train", "segmenter", "--train", source, "--out", tmp_path / "m")
    assert run.code == 1 and f"{source}:2: the text does not match the words" in run.err
    assert not (tmp_path / "m" / "config.json").exists()
