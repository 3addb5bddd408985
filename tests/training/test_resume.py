"""A run that is killed at any step and resumed equals the uninterrupted run bit for bit."""

from __future__ import annotations

import csv
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SETTINGS = [
    "epochs=4",
    "batch_words=40",
    "hidden=12",
    "char_hidden=6",
    "vocab_size=120",
    "dropout=0.3",
    "word_dropout=0.2",
    "sampling=0.5",
    "patience=0",
]
RUN = """
import os, signal, sys
from pathlib import Path
from seqkit.config import parse_settings
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

out, kind, at, settings = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:]

def die(when, number):
    if (when, number) == (kind, at):
        os.kill(os.getpid(), signal.SIGKILL)

class Reporter:
    def start(self, epochs, minutes): pass
    def step(self, progress, batches): die("step", progress.updates)
    def epoch(self, row, scores): die("epoch", row["epoch"])
    def note(self, message): pass

given = {"model": "birnn", "corpus": "sample-english"}
train(make_request(arguments_of(given, [], parse_settings(settings))), out, "seqkit train", Reporter())
"""


def run(out: Path, kind: str = "never", at: int = 0, settings: list[str] = SETTINGS) -> int:
    command = [sys.executable, "-c", RUN, str(out), kind, str(at), *settings]
    return subprocess.run(
        command, timeout=120, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ).returncode


def outcome(out: Path) -> tuple[str, list[dict[str, str]]]:
    """Checksum of the weights, and every figure of every epoch but the time it took."""
    with open(out / "training" / "metrics.csv", encoding="utf-8") as file:
        rows = [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
    return hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest(), rows


@pytest.mark.slow
def test_killed_at_four_points_and_resumed_it_is_bit_for_bit_the_same(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert run(whole) == 0
    # Before any state is saved; within an epoch; right after an epoch; and, with a state at every step, at a step.
    every_step = [*SETTINGS, "save_minutes=0"]
    for kind, at, settings in (
        ("step", 3, SETTINGS),
        ("step", 14, SETTINGS),
        ("epoch", 2, SETTINGS),
        ("step", 23, every_step),
    ):
        assert run(broken, kind, at, settings) == -signal.SIGKILL
        assert not (broken / "MANIFEST.json").exists()
    assert run(broken, settings=SETTINGS) == 0
    weights, rows = outcome(whole)
    assert outcome(broken) == (weights, rows)
    assert len(rows) == 4
    assert len({row["train_loss"] for row in rows}) == 4, "a loss that never moves would prove nothing"


@pytest.mark.slow
def test_the_seed_decides_everything_and_another_seed_differs(tmp_path):
    few = [*SETTINGS, "epochs=1"]
    for name, settings in (("a", few), ("b", few), ("c", [*few, "seed=2"])):
        assert run(tmp_path / name, settings=settings) == 0
    assert outcome(tmp_path / "a") == outcome(tmp_path / "b")
    assert outcome(tmp_path / "a")[0] != outcome(tmp_path / "c")[0]


def wait_for(path: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert path.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_saves_the_state_and_prints_the_command_to_resume(tmp_path, number):
    out = tmp_path / "run"
    line = [sys.executable, "-m", "seqkit", "train", "rnn", "--corpus", "sample-english", "--out", str(out)]
    options = [part for setting in [*SETTINGS, "epochs=500"] for part in ("--set", setting)]
    process = subprocess.Popen([*line, *options], stderr=subprocess.PIPE, text=True)
    wait_for(out / "training" / "state.safetensors")
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert f"seqkit train rnn --out {out} --resume" in errors
    assert "Traceback" not in errors
    changed = subprocess.run(
        [*line, "--resume", "--set", "hidden=13"], capture_output=True, text=True, check=False
    )
    assert changed.returncode == 2
    assert "was begun with hidden=12, not 13" in changed.stderr


@pytest.mark.slow
def test_with_several_threads_a_run_repeats_itself(tmp_path):
    """Full-size layers, since torch divides only large sums among threads."""
    full_size = ["epochs=3", "threads=2", "recurrence=lstm", "layers=2"]
    for name in ("a", "b", "c"):
        assert run(tmp_path / name, settings=full_size) == 0
    assert outcome(tmp_path / "a") == outcome(tmp_path / "b") == outcome(tmp_path / "c")
