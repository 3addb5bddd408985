"""Two trainings in one folder: the second is refused, and the first is not affected."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

RUN = """
import sys, time
from pathlib import Path
from seqkit.config import parse_settings
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

out, settings = Path(sys.argv[1]), sys.argv[2:]

class Reporter:
    def start(self, epochs, minutes): pass
    def note(self, message): print(message, flush=True)
    def epoch(self, row, scores): pass
    def step(self, progress, batches):
        while progress.updates == 2 and not (out.parent / "go").exists():
            (out.parent / "waits").touch()
            time.sleep(0.02)

request = make_request(arguments_of({"model": "rnn", "corpus": "sample-english"}, [], parse_settings(settings)))
train(request, out, "first", Reporter())
"""
SETTINGS = ["epochs=1", "hidden=6", "char_hidden=4", "vocab_size=60", "seed=5"]


@pytest.fixture
def first(tmp_path):
    """A training in `tmp_path / "run"` that waits after its second update until there is a file `go`."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path / "run"), *SETTINGS],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 100
    while not (tmp_path / "waits").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def train(seqkit, out, *more):
    given = [argument for setting in SETTINGS for argument in ("--set", setting)]
    return seqkit("train", "rnn", "--corpus", "sample-english", "--out", out, *given, *more)


def test_a_second_training_is_refused_and_harms_nothing(seqkit, tmp_path, first):
    out = tmp_path / "run"
    holder = f"in use by process {first.pid} on {socket.gethostname()}"
    before = {path.name: path.read_bytes() for path in (out / "training").iterdir()}
    for more in ((), ("--resume",)):
        refused = train(seqkit, out, *more)
        assert refused.code == 1 and f"--out {out}: {holder}" in refused.err
        assert len(refused.err.splitlines()) <= 2
    assert {path.name: path.read_bytes() for path in (out / "training").iterdir()} == before
    (tmp_path / "go").touch()
    assert first.wait(timeout=100) == 0
    assert (out / "MANIFEST.json").exists() and not (out / "training" / "lock").exists()
    assert "seed 5" in (out / "README.md").read_text()


def test_a_killed_training_is_resumed_and_its_lock_taken_over(seqkit, tmp_path, first):
    out = tmp_path / "run"
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert (out / "training" / "lock").exists()
    resumed = train(seqkit, out, "--resume")
    assert resumed.code == 0, resumed.err
    assert f"ignored the lock of process {first.pid} on" in resumed.err
    assert (out / "MANIFEST.json").exists() and not (out / "training" / "lock").exists()
