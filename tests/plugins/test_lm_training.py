"""`seqkit train lm`: what is learned, every unit and recurrence, exact resume within a document, bad input."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
import torch
from lm_models import random_lines
from safetensors import safe_open
from seqkit_lm.data import read_data
from seqkit_lm.trainable import LMTrainable

from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request

pytestmark = pytest.mark.slow  # each test trains

QUICK = ["epochs=2", "hidden=8", "embedding_size=6", "threads=1"]


def settings(*more: str) -> list[str]:
    return [part for setting in [*QUICK, *more] for part in ("--set", setting)]


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(random_lines(60)) + "\n", encoding="utf-8")
    return path


def rows_of(out):
    """Every figure of every epoch but the time it took."""
    with open(out / "training" / "metrics.csv", encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("unit", "recurrence"),
    [("pieces", "lstm"), ("characters", "rnn"), ("words", "gru"), ("characters", "sru"), ("words", "rnn")],
)
def test_every_unit_and_recurrence_learns_and_is_measured(seqkit, tmp_path, text, unit, recurrence):
    out = tmp_path / "run"
    second = tmp_path / "second.txt"
    second.write_text("\n".join(random_lines(20, seed=4)), encoding="utf-8")
    more = settings(f"unit={unit}", f"recurrence={recurrence}", "learning_rate=0.05", "average=0")
    files = ("--train", text, "--train", second, "--dev", text, "--out", out)
    given = (*files, "--bptt-window", 20, *more, "--set", "batch_words=40", "--set", "epochs=3")
    result = seqkit("train", "lm", *given)
    assert (result.code, result.out) == (0, "")
    assert json.loads((out / "config.json").read_text())["task"] == "lm"
    rows = rows_of(out)
    losses = [float(row["train_loss"]) for row in rows]
    assert losses[-1] < 0.9 * losses[0]
    found = json.loads(seqkit("evaluate", out, text, "--json").out)
    assert found["unit"] == unit
    # The best epoch is kept, and measured as `evaluate` measures it.
    best = min(float(row["dev_bits_per_character"]) for row in rows)
    assert found["metrics"]["bits_per_character"]["value"] == pytest.approx(best, rel=1e-5)
    best = min(float(row["dev_perplexity"]) for row in rows)
    assert found["metrics"]["perplexity_per_symbol"]["value"] == pytest.approx(best, rel=1e-5)


def test_the_entropy_of_a_text_is_reached_and_not_passed(seqkit, tmp_path):
    """Lines of ab or ba by the toss of a coin: 1 bit of each 3 characters, if the end of a line is one."""
    tosses = torch.randint(2, (2, 600), generator=torch.Generator().manual_seed(5)).tolist()
    for name, toss in zip(("train", "dev"), tosses, strict=True):
        (tmp_path / f"{name}.txt").write_text("".join(["ab\n", "ba\n"][one] for one in toss))
    files = ("--train", tmp_path / "train.txt", "--dev", tmp_path / "dev.txt", "--out", tmp_path / "run")
    more = settings("unit=characters", "epochs=8", "learning_rate=0.03", "dropout=0", "batch_words=80")
    assert seqkit("train", "lm", *files, "--bptt-window", 20, *more).code == 0
    found = json.loads(seqkit("evaluate", tmp_path / "run", tmp_path / "dev.txt", "--json").out)
    assert 0.33 < found["metrics"]["bits_per_character"]["value"] < 0.38


def test_the_last_lines_of_a_text_are_held_out_without_dev(tmp_path, text):
    lines = random_lines(60)
    data = read_data(make_request(arguments_of({"model": "lm", "train": (str(text),)}, [], {})))
    assert (data.train, data.dev) == ([lines[:57]], [lines[57:]])
    assert data.dev_characters == sum(len(line) + 1 for line in lines[57:])
    text.write_text("\n".join(lines[:39]))
    data = read_data(make_request(arguments_of({"model": "lm", "train": (str(text),)}, [], {})))
    assert (data.train, data.dev) == ([lines[:39]], [])
    assert "no dev split" in data.notes[0]


def test_of_twenty_documents_every_twentieth_is_held_out(tmp_path):
    lines = random_lines(80)
    documents = [lines[2 * n : 2 * n + 2] for n in range(40)]
    files = []
    for number, document in enumerate(documents):
        files.append(str(tmp_path / f"{number}.txt"))
        (tmp_path / f"{number}.txt").write_text("\n".join(document))
    data = read_data(make_request(arguments_of({"model": "lm", "train": tuple(files)}, [], {})))
    assert data.dev == [documents[19], documents[39]]
    assert data.train == [*documents[:19], *documents[20:39]]


def test_a_treebank_is_read_as_text(seqkit, tmp_path):
    out = tmp_path / "run"
    result = seqkit("train", "lm", "--corpus", "sample-english", "--out", out, *settings("epochs=1"))
    assert (result.code, result.out) == (0, "")
    assert json.loads((out / "config.json").read_text())["language"] == "en"
    assert "dev_perplexity" in rows_of(out)[0]


LANES = 2
WINDOW = 8
RESUMED = [
    *["unit=characters", "epochs=3", f"batch_words={LANES * WINDOW}", f"bptt_window={WINDOW}"],
    *["dropout=0.2", "layers=2", "patience=0"],
]
KILLED_AT = 31
"""The update after whose report the process dies; the state saved last is that after the update before."""
KILL = """
import os, signal, sys
from pathlib import Path
from seqkit.config import parse_settings
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

class Reporter:
    def start(self, epochs, minutes): pass
    def step(self, progress, batches):
        if progress.updates == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
    def epoch(self, row, scores): pass
    def note(self, message): pass

given = {"model": "lm", "train": (sys.argv[2],), "dev": (sys.argv[2],)}
asked = arguments_of(given, [], parse_settings(sys.argv[4:]))
train(make_request(asked), Path(sys.argv[1]), "seqkit train lm", Reporter())
"""


def test_killed_within_a_document_and_resumed_it_is_byte_for_byte_the_same(seqkit, tmp_path, monkeypatch):
    """And without the carried states it is not: they are needed."""
    text = tmp_path / "text.txt"
    text.write_text("\n".join(random_lines(12)) + "\n", encoding="utf-8")
    whole, broken, dropped = (tmp_path / name for name in ("whole", "broken", "dropped"))
    chosen = [*QUICK, *RESUMED]
    files = ("--train", text, "--dev", text)
    given = [part for setting in chosen for part in ("--set", setting)]
    assert seqkit("train", "lm", *files, "--out", whole, *given).code == 0

    command = [sys.executable, "-c", KILL, broken, text, KILLED_AT, *chosen, "save_minutes=0"]
    killed = subprocess.run(
        list(map(str, command)), timeout=60, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert killed.returncode == -signal.SIGKILL
    with safe_open(broken / "training" / "state.safetensors", "pt") as file:
        progress = json.loads(file.metadata()["progress"])
        carried = {name: file.get_tensor(name) for name in file.keys() if name.startswith("carried.")}  # noqa: SIM118
    assert progress["updates"] == KILLED_AT - 1
    characters = sum(len(line) + 1 for line in random_lines(12)) + 1
    assert 0 < progress["batch"] < characters // WINDOW, "between two windows of the one document"
    assert len(carried) == 2 * 2, "z and the memory cell of two layers"
    assert all(part.abs().max() > 1e-3 for part in carried.values())

    shutil.copytree(broken, dropped)
    resume = ("train", "lm", "--resume", "--out")
    assert seqkit(*resume, broken).code == 0
    weights = (whole / "model.safetensors").read_bytes()
    assert (broken / "model.safetensors").read_bytes() == weights
    assert rows_of(broken) == rows_of(whole)
    assert len({row["train_loss"] for row in rows_of(whole)}) == 3, (
        "a loss that never moves would prove nothing"
    )

    with monkeypatch.context() as patch:
        patch.setattr(LMTrainable, "load_state_dict", lambda self, state: None)
        assert seqkit(*resume, dropped).code == 0
    assert (dropped / "model.safetensors").read_bytes() != weights
    assert rows_of(dropped) != rows_of(whole)


@pytest.mark.parametrize("option", ["--train", "--dev"])
@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.txt", b"", "empty.txt: holds no text"),
        ("blank.txt", b" \n\t\n", "blank.txt: holds no text"),
        ("latin.txt", b"abc\nd\xe9f\n", "latin.txt:2: not valid UTF-8"),
        ("missing.txt", None, "missing.txt: no such file"),
    ],
)
def test_files_without_text_are_named(seqkit, tmp_path, text, option, name, data, message):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    files = {"--train": text, option: tmp_path / name}
    given = [part for pair in files.items() for part in pair]
    result = seqkit("train", "lm", *given, "--out", tmp_path / "run", *settings())
    assert result.code in (1, 2) and result.out == ""
    assert message in result.err
    assert len(result.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--bptt-window", "0"), "bptt_window=0 is out of range\nIt must be between 1 and 100000."),
        (("--set", "bptt_window=-3"), "bptt_window=-3 is out of range"),
        (("--set", "bptt_window=x"), "bptt_window='x'"),
        (("--set", "hidden=0"), "hidden=0 is out of range"),
        (("--set", "dropout=1"), "dropout=1.0 is out of range"),
        (("--set", "unit=letters"), "unit='letters': Input should be 'pieces', 'characters' or 'words'"),
        (("--set", "recurrence=ltsm"), "there is no recurrence named 'ltsm'"),
        (("--set", "sampling=0.5"), "sampling"),
        (("--label", "upos"), "--label"),
    ],
)
def test_options_that_do_not_suit_are_named(seqkit, tmp_path, text, arguments, message):
    result = seqkit("train", "lm", "--train", text, "--out", tmp_path / "run", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert len(result.err.splitlines()) <= 2


def test_a_tagger_has_no_unit(seqkit, tmp_path):
    given = ("--corpus", "sample-english", "--out", tmp_path / "run", "--set", "unit=words")
    result = seqkit("train", "lstm", *given)
    assert (result.code, result.out) == (2, "")
    assert "unknown option 'unit'" in result.err
