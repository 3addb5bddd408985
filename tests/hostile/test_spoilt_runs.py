"""A stopped run with damaged files is refused when it is resumed."""

import hashlib
import json
import random
import shutil

import pytest
from safetensors import safe_open
from safetensors.torch import save_file

from seqkit.config import parse_settings
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

SETTINGS = [
    "epochs=2",
    "batch_words=60",
    "hidden=6",
    "char_hidden=4",
    "vocab_size=80",
    "patience=0",
    "threads=1",
]
SETTINGS += ["with_segmenter=false"]


class Stop(Exception):
    """Ends a run after its first epoch."""


class Quiet:
    """A reporter that may end the run."""

    def __init__(self, stops):
        self.stops = stops

    def start(self, epochs, minutes): ...
    def step(self, progress, batches): ...
    def note(self, message): ...

    def epoch(self, row, scores):
        if self.stops:
            raise Stop


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that ended after its first epoch, and the sha256 of the weights that it leads to."""
    folder = tmp_path_factory.mktemp("run")
    given = arguments_of({"model": "rnn", "corpus": "sample-english"}, [], parse_settings(SETTINGS))
    request = make_request(given)
    with pytest.raises(Stop):
        train(request, folder / "run", "seqkit train", Quiet(True))
    shutil.copytree(folder / "run", folder / "whole")
    train(request, folder / "whole", "seqkit train", Quiet(False))
    return folder / "run", sha256(folder / "whole")


def sha256(folder):
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def with_other_value(path, key, change):
    """Rewrite a state with another value under a key of its metadata, or with another weight."""
    with safe_open(path, "pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if key in metadata:
        metadata[key] = change(metadata[key])
    else:
        name = next(name for name in tensors if name.startswith(key))
        tensors[name] = change(tensors[name])
    save_file(tensors, path, metadata)


DAMAGE = {
    "a weight": lambda path: with_other_value(path / "state.safetensors", "model.", lambda w: w + 0.01),
    "a moment": lambda path: with_other_value(path / "state.safetensors", "optimizer.", lambda w: w + 1),
    "the epoch": lambda path: with_other_value(
        path / "state.safetensors", "progress", lambda p: json.dumps({**json.loads(p), "epoch": 0})
    ),
    "the best score": lambda path: with_other_value(
        path / "state.safetensors", "progress", lambda p: json.dumps({**json.loads(p), "best_score": 1e9})
    ),
    "no metadata": lambda path: with_other_value(path / "state.safetensors", "progress", lambda p: "[]"),
    "an empty state": lambda path: (path / "state.safetensors").write_bytes(b""),
    "another learning rate": lambda path: replace(
        path / "config.toml", "learning_rate = ", "learning_rate = 1"
    ),
    "another size": lambda path: replace(path / "config.toml", "hidden = 6", "hidden = 7"),
    "a huge size": lambda path: replace(path / "config.toml", "hidden = 6", "hidden = 100000000000"),
    "deep TOML": lambda path: (path / "config.toml").write_text("a = " + "[" * 5000),
    "another beginning": lambda path: (path / "begun.json").write_text("[1]"),
    "no JSON": lambda path: (path / "begun.json").write_bytes(b"\xff{"),
}


def replace(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_run_is_refused(case, stopped, tmp_path, seqkit):
    shutil.copytree(stopped[0], tmp_path / "run")
    DAMAGE[case](tmp_path / "run" / "training")
    result = seqkit("train", "rnn", "--out", tmp_path / "run", "--resume")
    assert result.code in (1, 2), result.err
    assert str(tmp_path / "run") in result.err and len(result.err.splitlines()) <= 3
    assert not (tmp_path / "run" / "MANIFEST.json").exists()


def test_flipped_bits_never_change_the_result(stopped, tmp_path, seqkit):
    source = random.Random(4)
    for number in range(6):
        out = tmp_path / str(number)
        shutil.copytree(stopped[0], out)
        files = [path for path in sorted((out / "training").iterdir()) if path.is_file()]
        path = source.choice(files)
        data = bytearray(path.read_bytes())
        if data:
            data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        path.write_bytes(data)
        result = seqkit("train", "rnn", "--out", out, "--resume")
        assert result.code in (0, 1, 2)
        if result.code == 0:
            assert sha256(out) == stopped[1], path.name


def test_weights_of_the_best_epoch_that_were_changed(stopped, tmp_path, seqkit, monkeypatch):
    monkeypatch.setattr("seqkit.training.loop.is_better", lambda scores, best: False)
    shutil.copytree(stopped[0], tmp_path / "run")
    best = tmp_path / "run" / "training" / "best.safetensors"
    data = bytearray(best.read_bytes())
    data[-1] ^= 1
    best.write_bytes(data)
    result = seqkit("train", "rnn", "--out", tmp_path / "run", "--resume")
    assert result.code == 1 and f"{best}: is missing, or not what this run wrote" in result.err
