"""Faults of third-party plugins are reported or have no effect."""

from __future__ import annotations

import json

import pytest

FORMAT = """
print("a stranger's print")
from seqkit import FormatSpec, hookimpl
from seqkit.examples import Sentence

def read(path, problems):
    assert isinstance(path, str)
    for line in open(path, encoding="utf-8"):
        words = line.split()
        yield Sentence(words, {{"upos": ["X"] * {labels}}}) if {right} else {{"words": words}}

class Writer:
    def __init__(self, file):
        self.file = file
    def write(self, sentence):
        self.file.write((" ".join(sentence.labels["upos"]) + "\\n").encode())
    {close}

@hookimpl
def seqkit_formats():
    yield FormatSpec("odd", suffixes=(".odd",), reader="odd_plugin:read", writer="odd_plugin:Writer")
"""
MODEL = """
from dataclasses import dataclass
from seqkit import ModelSpec, TaggerOptions, hookimpl

@dataclass(frozen=True)
class Options(TaggerOptions):
    encoder: str = "cnn"

    def __post_init__(self):
        super().__post_init__()
        if self.encoder == "none":
            raise ValueError("there must be an encoder")

@hookimpl
def seqkit_models():
    yield ModelSpec("own", task="tagging", options=Options, build="seqkit.models.tagger:build")
"""
QUICK = [
    part for one in ("epochs=1", "hidden=6", "char_hidden=4", "vocab_size=100") for part in ("--set", one)
]


def odd(labels="len(words)", right="True", close="def close(self): ..."):
    return FORMAT.format(labels=labels, right=right, close=close)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "text.odd"
    path.write_text("The dog sleeps .\nIt sleeps .\n")
    return path


def test_a_format_is_read_and_written_and_its_prints_are_no_data(seqkit, install_plugin, file, tmp_path):
    install_plugin("odd", odd())
    result = seqkit("tag", file, "-f", "jsonl")
    assert result.code == 0 and [json.loads(line)["words"][-1] for line in result.out.splitlines()] == [
        ".",
        ".",
    ]
    assert seqkit("tag", file, "-o", tmp_path / "out.odd").code == 0
    assert len((tmp_path / "out.odd").read_text().splitlines()[0].split()) == 4


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (odd(labels="9"), "odd_plugin:read yielded 9 upos label(s) for 4 word(s)"),
        (odd(right="False"), "odd_plugin:read yielded a dict, not a Sentence"),
    ],
)
def test_records_of_a_reader_are_checked(seqkit, install_plugin, file, tmp_path, code, said):
    install_plugin("odd", code)
    result = seqkit("train", "rnn", "--train", file, "--out", tmp_path / "run", *QUICK)
    assert result.code == 1 and said in result.err


def test_a_writer_without_a_method_is_refused_before_the_work(seqkit, install_plugin, file, tmp_path):
    install_plugin("odd", odd(close=""))
    result = seqkit("tag", file, "-o", tmp_path / "out.odd")
    assert result.code == 1 and "the format 'odd', odd_plugin:Writer, has no method 'close'" in result.err
    assert not (tmp_path / "out.odd").exists()


def test_an_option_of_a_tagger_may_be_called_encoder(seqkit, install_plugin, tmp_path):
    install_plugin("own", MODEL)
    command = ("train", "own", "--corpus", "sample-english", "--out", tmp_path / "run", *QUICK)
    result = seqkit(*command, "--set", "encoder=none")
    assert result.code == 2 and "there must be an encoder" in result.err
    assert seqkit(*command).code == 0
    assert seqkit("tag", "It sleeps.", "-m", tmp_path / "run").code == 0


def test_a_tagger_whose_options_are_no_taggers_options_is_named(seqkit, install_plugin, tmp_path):
    code = MODEL.replace("class Options(TaggerOptions)", "class Options").replace(
        "super().__post_init__()", "..."
    )
    install_plugin("own", code)
    result = seqkit("train", "own", "--corpus", "sample-english", "--out", tmp_path / "run")
    assert result.code == 1 and "the options of the tagger 'own' are not a seqkit.TaggerOptions" in result.err
    assert "plugin 'own' of own-dist 0.1" in result.err and not (tmp_path / "run").exists()
