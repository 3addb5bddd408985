"""A tagger and its segmenter: trained by one command, used by `tag`, `evaluate --raw`, Python and `segment`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import seqkit as library
from seqkit.config import parse_settings
from seqkit.data.catalogue import read_file, read_sentences
from seqkit.examples import RecordErrors
from seqkit.tasks.tagging import segmenter as along
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

SETTINGS = ["epochs=3", "patience=0", "hidden=12", "threads=1"]
TEXT = "The dogs sleep. Who is there?"


class Notes:
    """A reporter that records its messages."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, epochs, minutes): ...

    def step(self, progress, batches): ...

    def epoch(self, row, scores): ...

    def note(self, message):
        self.told.append(message)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small tagger with a small segmenter in its folder."""
    out = tmp_path_factory.mktemp("models") / "both"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(along, "FEWEST", 10)
        given = {"model": "lstm", "corpus": "sample-english"}
        original = along.make_request

        def small(asked):
            sizes = {"epochs": 3, "patience": 0, "hidden": 8, "context": 6}
            return original(replace(asked, settings={**asked.settings, **sizes}))

        patch.setattr(along, "make_request", small)
        notes = Notes()
        train(
            make_request(arguments_of(given, [], parse_settings(SETTINGS))), out, "seqkit train lstm", notes
        )
    [note] = [note for note in notes.told if "training the segmenter" in note]
    assert note.endswith("(--no-with-segmenter leaves it out)")
    return out


def test_its_time_is_limited_as_that_of_the_tagger():
    given = {"model": "lstm", "corpus": "sample-english"}
    request = make_request(arguments_of(given, [], parse_settings(["minutes=0.5", "threads=1"])))
    train = list(read_sentences("sample-english", "train", RecordErrors()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(along, "FEWEST", 10)
        [own] = along.segmenter_request(request, train).values()
    assert (own.training.minutes, own.training.threads) == (0.5, 1)


def test_its_own_segmenter_splits_text(seqkit, folder):
    own = seqkit("tag", "-m", folder, TEXT).out
    named = seqkit("tag", "-m", folder, "--segmenter", folder / "segmenter", TEXT).out
    assert own == named
    words = [[token.form for token in s.tokens] for s in library.tag(TEXT, str(folder))]
    blocks = seqkit("segment", "-m", folder, TEXT, "-f", "jsonl").out.splitlines()
    assert [json.loads(block)["words"] for block in blocks] == words


def test_rules_and_given_words_go_past_it(seqkit, folder):
    rules = seqkit("tag", "-m", folder, "--segmenter", "spacy", TEXT, "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["text"].strip() for line in rules] == ["The dogs sleep.", "Who is there?"]
    [given] = seqkit("tag", "-m", folder, "--pretokenized", "a.b c", "-f", "jsonl").out.splitlines()
    assert json.loads(given)["words"] == ["a.b", "c"]


def test_scores_from_raw_text_are_those_of_the_own_segmenter(seqkit, folder):
    run = json.loads(seqkit("evaluate", folder, "sample-english", "--split", "dev", "--raw", "--json").out)
    alone = json.loads(
        seqkit("evaluate", folder / "segmenter", "sample-english", "--split", "dev", "--json").out
    )
    assert run["metrics"]["Words"]["f1"] == pytest.approx(alone["scores"]["Words"]["f1"])


def test_a_damaged_segmenter_is_found(seqkit, folder, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert seqkit("models", "verify", copy).code == 0
    (copy / "segmenter" / "text" / "runs.json").write_text("[]")
    run = seqkit("models", "verify", copy)
    assert run.code == 1 and "segmenter/text/runs.json has changed" in run.err


def test_multiword_tokens_are_ranges(seqkit, folder, tmp_path):
    out = tmp_path / "out.conllu"
    seqkit("tag", "-m", folder, "I don't. " * 40, "-o", out)
    found = list(read_file(str(out), RecordErrors()))
    text = "".join(s.text for s in found)
    assert "".join(text.split()) == "Idon't." * 40
