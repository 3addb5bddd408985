"""Fixtures: models for tests of commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import tiny

from seqkit.config import parse_settings
from seqkit.data.catalogue import corpus_files
from seqkit.models.artifact import save_model
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

TRANSLATOR = [
    "epochs=60",
    "batch_words=200",
    "hidden=48",
    "label_smoothing=0",
    "embedding_size=32",
    "vocab_size=200",
    "dropout=0",
    "sampling=0",
    "average=0",
    "learning_rate=0.01",
    "patience=0",
    "threads=1",
]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that gives one tag a word, untrained."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(folder, "lstm", tiny("lstm"), card="# Tiny\n")
    return folder


class Quiet:
    """A reporter without output."""

    def start(self, epochs, minutes): ...

    def step(self, progress, batches): ...

    def epoch(self, row, scores): ...

    def note(self, message): ...


@pytest.fixture(scope="session")
def sample_translator(tmp_path_factory):
    """The folder of a model that has memorised the sample corpus."""
    out = tmp_path_factory.mktemp("models") / "sample"
    data = str(corpus_files("sample-german-english", "train")[0])
    # Scored on what it learns from, so that the epoch is kept that knows it best.
    given = {"model": "seq2seq", "train": (data,), "dev": (data,), "source": "de", "target": "en"}
    train(
        make_request(arguments_of(given, [], parse_settings(TRANSLATOR))),
        out,
        "seqkit train seq2seq",
        Quiet(),
    )
    return out


@pytest.fixture
def translate(seqkit, sample_translator):
    """Run `seqkit translate --model FOLDER ARGUMENTS`."""
    return lambda *arguments, **options: seqkit(
        "translate", "--model", sample_translator, *arguments, **options
    )
