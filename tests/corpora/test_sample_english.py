"""The corpus that ships: correct by the validator of Universal Dependencies, and fit to train on."""

import subprocess
import sys

import pytest

from seqkit.data.catalogue import corpus_files, read_sentences, verify
from seqkit.data.statistics import Counts
from seqkit.examples import RecordErrors
from seqkit.labels.kinds import standard_kinds

SPLITS = ("train", "dev", "test")


def sentences(split):
    return list(read_sentences("sample-english", split, RecordErrors()))


def test_its_files_are_those_of_its_manifest(monkeypatch):
    monkeypatch.delenv("SEQKIT_CORPORA_DIR", raising=False)
    assert verify("sample-english") == []


@pytest.mark.parametrize("split", SPLITS)
def test_the_validator_of_universal_dependencies_finds_no_error(split):
    command = [sys.executable, "-m", "udtools.cli", "--lang", "en", "--no-warnings"]
    files = [str(path) for path in corpus_files("sample-english", split)]
    run = subprocess.run([*command, *files], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("split", SPLITS)
def test_its_text_is_that_of_its_words(split):
    for sentence in sentences(split):
        assert f"# text = {sentence.text.rstrip()}" in sentence.lines


def test_training_has_every_label_and_not_every_word():
    train = sentences("train")
    known = {word for sentence in train for word in sentence.words}
    for split in ("dev", "test"):
        held_out = sentences(split)
        assert {word for sentence in held_out for word in sentence.words} - known
        for kind in standard_kinds():
            labels = {label for sentence in train for label in sentence.labels[kind]}
            assert {label for sentence in held_out for label in sentence.labels[kind]} <= labels


def test_it_contains_difficult_cases_for_taggers():
    train = sentences("train")
    assert any(sentence.multiwords for sentence in train)
    assert {"duck", "left", "light", "can"} <= Counts.of(train).ambiguous("upos")
