"""A task of a plugin on the base classes: trained, continued, evaluated, applied, and given bad input."""

from __future__ import annotations

import json
import sys

import pytest

CODE = """
from dataclasses import dataclass
from seqkit import CommandSpec, ModelSpec, NoOptions, TaskSpec, hookimpl
from seqkit.io.text_files import BadRecord, read_records
from seqkit.models.contracts import ModelOptions
from seqkit.models.json_facts import JsonFacts

@dataclass(frozen=True)
class Options(ModelOptions):
    recurrence: str = "rnn"
    hidden: int = 8

@dataclass
class Facts(JsonFacts):
    characters: list[str]
    classes: list[str]

    @classmethod
    def gather(cls, examples):
        return cls(sorted({c for text, _ in examples for c in text}), sorted({y for _, y in examples}))

def parse(line):
    name, _, text = line.partition("\\t")
    if not (name and text):
        raise BadRecord("no class", "Write: class TAB text.")
    return text, name

def build(options, facts):
    from labels_parts import Model
    return Model(options, facts)

@hookimpl
def seqkit_models():
    yield ModelSpec("letters", task="letters", options=Options, build="labels_plugin:build",
                    facts="labels_plugin:Facts", summary="classes of letters")

@hookimpl
def seqkit_tasks():
    yield TaskSpec("letters", implementation="labels_parts:Letters", application=NoOptions, verb="letter",
                   defaults={"label_smoothing": 0.0, "average": 0.0}, inference_dtypes=("float32",))
"""
PARTS = """
import torch
from torch import nn
from labels_plugin import parse
from seqkit.io.text_files import read_records
from seqkit.models.recurrences import recurrence_class
from seqkit.models.symbol_embedding import SymbolEmbedding
from seqkit.tasks import LabelledTextTask, LabelledTrainable, StepLogProbs, label_ids

class Model(nn.Module):
    def __init__(self, options, facts):
        super().__init__()
        self.options, self.facts, self.inference_dtype = options, facts, "float32"
        self.embedding = SymbolEmbedding(facts.characters, 4)
        self.layer = recurrence_class(options.recurrence)(4, options.hidden)
        self.output = nn.Linear(options.hidden, len(facts.classes))

    def forward(self, ids_BT, mask_BT):
        _, (z_BH, *_) = self.layer(self.embedding(ids_BT), mask_BT)
        return self.output(z_BH).log_softmax(-1)

class Trained(LabelledTrainable):
    name = "letters"

    def batch_of(self, examples):
        texts, names = zip(*examples)
        return *self.model.embedding.collate(texts), label_ids(names, self.model.facts.classes)

    def log_probs(self, batch):
        *inputs, y_B = batch
        return [StepLogProbs(self.model(*inputs), y_B)]

class Letters(LabelledTextTask):
    name, field, trainable = "letters", "class", Trained

    def examples(self, source, split, problems, options):
        return (pair for _, pair in read_records(source, problems, parse))

    @torch.inference_mode()
    def predict(self, model, texts):
        batches = (model.embedding.collate([text]) for text in texts)
        return [model.facts.classes[int(model(*batch).argmax())] for batch in batches]
"""
LINES = "".join(f"{name}\t{name * (1 + number % 3)}\n" for number in range(12) for name in "xy")


@pytest.fixture
def trained(install_plugin, seqkit, tmp_path, monkeypatch):
    """The folder with train.txt and a trained model in `run`."""
    monkeypatch.delitem(sys.modules, "labels_parts", raising=False)
    site = install_plugin("labels", CODE)
    (site / "labels_parts.py").write_text(PARTS)
    (tmp_path / "train.txt").write_text(LINES)
    options = ("--set", "epochs=30", "--set", "batch_words=12", "--seed", "1")
    files = ("--train", tmp_path / "train.txt", "--dev", tmp_path / "train.txt", "--out", tmp_path / "run")
    assert seqkit("train", "letters", *files, *options).code == 0
    return tmp_path


def test_it_learns_is_evaluated_and_applied(trained, seqkit):
    done = seqkit("evaluate", trained / "run", trained / "train.txt", "--json", "--card")
    found = json.loads(done.out)
    assert found["metrics"]["accuracy"]["value"] == 1.0 and found["examples"] == 24
    card = (trained / "run" / "README.md").read_text()
    assert "# classes of letters" in card and "## Scores on" in card
    (trained / "new.txt").write_text("xx\nyyy\n\nx\n")
    done = seqkit("batch", "letter", trained / "new.txt", "--model", trained / "run", "-o", trained / "out")
    assert done.code == 0, done.err
    (written,) = (trained / "out").rglob("new*.jsonl")
    assert [json.loads(line) for line in written.read_text().splitlines()] == [
        {"text": "xx", "class": "x"},
        {"text": "yyy", "class": "y"},
        {"text": "x", "class": "x"},
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no example to learn from"),
        (b"x\tok\nno tab\n", "bad.txt:2: no class"),
        (b"x\tok\n\xff\t?\n", "bad.txt:2: not valid UTF-8"),
    ],
)
def test_bad_files_are_refused_in_one_line(trained, seqkit, content, said):
    (trained / "bad.txt").write_bytes(content)
    done = seqkit("train", "letters", "--train", trained / "bad.txt", "--out", trained / "bad")
    assert done.code == 1 and said in done.err
    assert not (trained / "bad").exists()


def test_bad_lines_can_be_left_out(trained, seqkit):
    (trained / "bad.txt").write_text(LINES + "no tab\n")
    done = seqkit("evaluate", trained / "run", trained / "bad.txt", "--skip-bad", "--json")
    assert json.loads(done.out)["examples"] == 24
    assert "1 bad record(s) skipped" in done.err


def test_a_label_that_the_first_model_does_not_know_is_refused(trained, seqkit):
    (trained / "more.txt").write_text(LINES + "z\tzz\n")
    arguments = ("--train", trained / "more.txt", "--from", trained / "run", "--out", trained / "second")
    done = seqkit("train", "letters", *arguments)
    assert done.code == 1 and "does not know the label 'z'" in done.err


def test_corpora_and_comparison_are_refused_by_name(trained, seqkit):
    done = seqkit("train", "letters", "--corpus", "sample-english", "--out", trained / "second")
    assert done.code == 2 and "letters reads no corpora" in done.err
    done = seqkit("evaluate", trained / "run", "sample-english", "--split", "dev")
    assert done.code == 2 and "letters reads no corpora" in done.err
    done = seqkit("evaluate", trained / "run", trained / "train.txt", "--compare", trained / "run")
    assert done.code == 2 and "letters offers no comparison" in done.err


def test_damaged_facts_are_refused(trained, seqkit, install_plugin):
    from labels_plugin import Facts

    from seqkit import SeqkitError

    for content in ('{"characters": ["a"]}', '{"characters": 5, "classes": ["x"]}', "[1", "[]"):
        (trained / "facts.json").write_text(content)
        with pytest.raises(SeqkitError, match=r"facts\.json"):
            Facts.load(trained)
