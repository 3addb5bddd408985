"""Files that a run reads, refuses and records for resuming."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from seqkit.errors import SeqkitError
from seqkit.extend.specs import ModelSpec
from seqkit.models.contracts import TaggerOptions
from seqkit.tasks.tagging.data import read_data
from seqkit.tasks.tagging.options import TaggingOptions
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.request import Sources
from seqkit.training.request_file import CONFIG, check_unchanged, save_request
from seqkit.training.run import train
from seqkit.training.stopping import Stopped

SETTINGS = {"epochs": 2, "hidden": 6, "char_hidden": 4, "vocab_size": 60}
WORDS = ("dogs", "sleep")


class Reporter:
    """Records the reports, and stops the run at a step."""

    def __init__(self, stop_at=0):
        self.stop_at, self.notes = stop_at, []

    def start(self, epochs, minutes): ...
    def epoch(self, row, scores): ...
    def note(self, message):
        self.notes.append(message)

    def step(self, progress, batches):
        if progress.updates == self.stop_at:
            raise Stopped


@pytest.fixture
def treebank(tmp_path):
    """A function that writes a CoNLL-U file of sentences, each given as its (UPOS, XPOS) pairs."""

    def write(name, *sentences):
        lines = [
            f"{i}\t{word}\t_\t{upos}\t{xpos}\t_\t_\t_\t_\t_\n" + "\n" * (i == 2)
            for sentence in sentences
            for i, (word, (upos, xpos)) in enumerate(zip(WORDS, sentence, strict=True), start=1)
        ]
        path = tmp_path / name
        path.write_text("".join(lines))
        return str(path)

    return write


BOTH, OTHER = (("NOUN", "NNS"), ("VERB", "VBP")), (("VERB", "NNS"), ("NOUN", "VBP"))
NO_UPOS, NO_XPOS = (("_", "NNS"), ("_", "VBP")), (("NOUN", "_"), ("VERB", "_"))


def data_of(label=(), **sources):
    return read_data(Sources("rnn", **sources), TaggingOptions(label=label))


def request(**given):
    return make_request(arguments_of({"model": "rnn", **given}, [], SETTINGS))


def test_changed_labels_are_noticed_and_the_card_keeps_the_first_command(tmp_path, treebank):
    file, out = treebank("train.conllu", *[BOTH] * 30), tmp_path / "run"
    with pytest.raises(Stopped):
        train(request(train=[file]), out, "seqkit train the first", Reporter(stop_at=1))
    treebank("train.conllu", *[BOTH] * 29, OTHER)
    with pytest.raises(SeqkitError, match="the training data has changed since the run was begun"):
        train(request(train=[file]), out, "again", Reporter())
    treebank("train.conllu", *[BOTH] * 30)
    train(request(train=[file]), out, "again", Reporter())
    card = (out / "README.md").read_text()
    assert "\nseqkit train the first\n" in card and "again" not in card
    options = tomllib.loads(card.split("```toml\n")[1].split("```")[0])["training"]
    assert options["batch_words"] == 100 and options["threads"] == torch.get_num_threads()
    assert str(tmp_path) not in card and "Data: train.conllu" in card


def test_dev_is_scored_on_the_labels_it_has(tmp_path, treebank):
    train_file, dev = treebank("train.conllu", *[BOTH] * 4), treebank("dev.conllu", NO_UPOS)
    progress = train(request(train=[train_file], dev=[dev]), tmp_path / "run", "", Reporter())
    assert [key for key in progress.rows[0] if "dev_" in key] == ["dev_xpos", "dev_loss"]
    assert data_of(train=(train_file,), dev=(dev,)).notes == []


@pytest.mark.parametrize("dev", [(), (NO_XPOS,)])
def test_a_dev_file_without_the_labels_is_refused(treebank, dev):
    files = (treebank("train.conllu", *[BOTH] * 30),), (treebank("dev.conllu", *dev),)
    with pytest.raises(SeqkitError, match=r"dev\.conllu: has no xpos labels"):
        data_of(label=("xpos",), train=files[0], dev=files[1])


def test_a_dev_file_replaces_the_dev_split_of_a_corpus(treebank):
    dev = treebank("dev.conllu", BOTH)
    data = data_of(corpus="sample-english", dev=(dev,))
    assert [sentence.words for sentence in data.dev] == [list(WORDS)]
    assert len(data.train) > 10


def test_few_words_are_not_divided_and_kinds_are_those_of_what_is_left(tmp_path):
    """The only UPOS stands in the tenth sentence, which is held out."""
    path = tmp_path / "one.conllu"
    rows = [f"1\tw\t_\t{'NOUN' if number == 9 else '_'}\tNN\t_\t_\t_\t_\t_\n\n" for number in range(1000)]
    path.write_text("".join(rows))
    data = data_of(train=(str(path),))
    assert (len(data.train), len(data.dev), data.labels) == (900, 100, ("xpos",))
    with pytest.raises(SeqkitError, match="has no upos labels"):
        data_of(label=("upos",), train=(str(path),))
    path.write_text("".join(rows[:999]))
    data = data_of(train=(str(path),))
    assert (len(data.train), len(data.dev), data.labels) == (999, 0, ("upos", "xpos"))


def test_a_label_that_no_file_can_hold_is_refused(tmp_path):
    path = tmp_path / "odd.jsonl"
    lines = [{"words": ["dogs"], "upos": ["NOUN"]}, {"words": ["dogs"], "upos": ["NO UN"]}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(SeqkitError, match=r"odd\.jsonl:2: the upos label 'NO UN' has white space"):
        data_of(train=(str(path),))
    assert len(data_of(train=(str(path),), skip_bad=True).train) == 1


def test_threads_left_to_torch_are_written_down(tmp_path, treebank):
    out, file = tmp_path / "run", treebank("train.conllu", BOTH)
    train(request(train=[file]), out, "", Reporter())
    begun = out / "training" / CONFIG
    assert tomllib.loads(begun.read_text())["training"]["threads"] == torch.get_num_threads()
    changed = make_request(arguments_of({"model": "rnn"}, [begun], {"threads": torch.get_num_threads() + 1}))
    with pytest.raises(SeqkitError, match="was begun with threads"):
        check_unchanged(begun.parent, changed)


def test_a_request_names_files_for_every_folder_and_labels_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = request(train=["a.conllu"], dev=["b.conllu"], gold="spacy:./tiny", label=["upos,upos", "upos"])
    sources = asked.sources
    assert sources.train == (str(tmp_path / "a.conllu"),) and sources.dev == (str(tmp_path / "b.conllu"),)
    assert asked.task.gold == f"spacy:{tmp_path / 'tiny'}" and asked.task.label == ("upos",)
    assert request(gold="spacy:en_core_web_sm").task.gold == "spacy:en_core_web_sm"


def test_the_options_of_another_model_are_refused(tmp_path):
    config = tmp_path / "rnn.toml"
    config.write_text(request(corpus="sample-english").to_toml())
    with pytest.raises(SeqkitError, match=r"rnn\.toml: has the options of rnn, not of lstm"):
        make_request(arguments_of({"model": "lstm"}, [config], {}))


def test_a_model_whose_task_nothing_trains_is_refused(tmp_path, monkeypatch):
    from seqkit.training import run

    spec = ModelSpec("rhymer", task="rhyming", options=TaggerOptions, build="rhymes:build")
    monkeypatch.setattr(run, "registry", lambda: type("Host", (), {"find": lambda *_: spec}))
    wanted = request(corpus="sample-english")
    wanted = replace(wanted, sources=replace(wanted.sources, model="rhymer"))
    with pytest.raises(SeqkitError, match="rhymer: a model for rhyming, which this seqkit does not train"):
        train(wanted, tmp_path / "run", "", Reporter())


def test_a_word_that_once_lacks_a_tag_is_not_ambiguous(tmp_path, treebank):
    out, file = tmp_path / "run", treebank("train.conllu", BOTH, NO_UPOS, OTHER[:1] + BOTH[1:])
    train(request(train=[file]), out, "", Reporter())
    assert json.loads((out / "words" / "ambiguous.json").read_text())["upos"] == ["dogs"]


@pytest.mark.parametrize(
    ("settings", "given", "message"),
    [
        ({"crf": "feats"}, {}, "crf=feats: no labels of that kind are learnt"),
        ({"crf": "xpos"}, {"label": ["upos"]}, "crf=xpos: no labels of that kind are learnt"),
        ({"crf": "upos"}, {"teacher": ["en-tagger"]}, "crf=upos: a CRF does not learn from teachers"),
    ],
)
def test_a_crf_that_would_learn_nothing_is_refused(tmp_path, treebank, settings, given, message):
    asked = make_request(
        arguments_of(
            {"model": "rnn", "train": [treebank("train.conllu", *[BOTH] * 4)], **given},
            [],
            SETTINGS | settings,
        )
    )
    with pytest.raises(SeqkitError, match=message):
        train(asked, tmp_path / "run", "", Reporter())


def test_the_first_kind_is_upos_in_any_order_of_requested_labels(treebank):
    file = treebank("train.conllu", *[BOTH] * 4)
    assert data_of(label=("xpos", "upos"), train=(file,)).labels == ("upos", "xpos")


@dataclass(frozen=True)
class OwnOptions:
    """Options of a task of a plugin: both may be left out."""

    limit: float | None = None
    table: Path | None = None


def test_an_option_that_was_left_out_may_not_be_given_at_resume(tmp_path):
    begun = replace(request(), task=OwnOptions())
    save_request(tmp_path / "training", begun)
    check_unchanged(tmp_path / "training", begun)
    for changed in (OwnOptions(limit=3.0), OwnOptions(table=tmp_path)):
        with pytest.raises(SeqkitError, match="was begun with"):
            check_unchanged(tmp_path / "training", replace(begun, task=changed))


def test_a_path_is_kept_as_text(tmp_path):
    begun = replace(request(), task=OwnOptions(table=tmp_path / "x.tsv"))
    save_request(tmp_path / "training", begun)
    check_unchanged(tmp_path / "training", begun)


def test_a_section_may_precede_an_option_that_selects_a_record():
    plain, dotted = (
        make_request(
            arguments_of({"model": "lstm", "corpus": "sample-english"}, [], {f"{section}optimizer": "sgd"})
        )
        for section in ("", "training.")
    )
    assert plain == dotted and type(dotted.optimizer).__name__ == "SGDOptions"
