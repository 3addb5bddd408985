"""Several processes that train one model: equal weights, stops, kills, and hosts with different setups."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

pytest.importorskip("lightning_fabric")

SMALL = [
    "hidden=12",
    "char_hidden=6",
    "vocab_size=60",
    "batch_words=100",
    "patience=0",
    "train_dtype=float64",
]
WORDS = "1\tdogs{n}\t_\tNOUN\tNNS\t_\t_\t_\t_\t_\n2\tsleep\t_\tVERB\tVBP\t_\t_\t_\t_\t_\n\n"
TREEBANK = "".join(WORDS.format(n=n) for n in range(5))


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE")}
    return {**kept, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo", **more}


def command(out, *more, model="lstm", corpus="sample-english", settings=()):
    given = [part for setting in (*SMALL, *settings) for part in ("--set", setting)]
    data = ["--corpus", corpus] if corpus else []
    return ["train", model, *data, "--out", str(out), "--seed", "3", "--threads", "1", *given, *more]


def run(arguments, **more):
    process = subprocess.run(
        [sys.executable, "-P", "-m", "seqkit", *arguments],
        env=environment(**more),
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in process.stderr, process.stderr
    return process


def start(arguments):
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "seqkit", *arguments],
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_epochs(out: Path, count, process):
    deadline = time.monotonic() + 200
    path = out / "training" / "metrics.csv"
    while not path.exists() or len(path.read_text().splitlines()) <= count:
        assert process.poll() is None and time.monotonic() < deadline, process.stderr.read()
        time.sleep(0.02)


def children(process):
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout
    return [int(line) for line in found.split()]


def apart(one, other):
    ours, theirs = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    assert ours.keys() == theirs.keys()
    return max((ours[name].double() - theirs[name].double()).abs().max().item() for name in ours)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_two_processes_train_the_model_of_one_and_one_resumes_their_run(tmp_path):
    settings = ["epochs=13", "crf=upos", "accumulate=2"]
    one, two, both = tmp_path / "one", tmp_path / "two", tmp_path / "both"
    assert run(command(one, settings=settings)).returncode == 0
    said = run(command(two, "--devices", "2", settings=settings))
    assert said.returncode == 0 and said.stdout == "" and said.stderr.count("epoch 1/13") == 1
    assert apart(one, two) < 1e-6
    stopped = start(command(both, "--devices", "2", settings=settings))
    wait_for_epochs(both, 3, stopped)
    os.kill(children(stopped)[1], signal.SIGTERM)  # to one process: all stop together
    assert stopped.wait() == 143
    assert "--devices 2 --resume" in stopped.stderr.read()
    assert run(["train", "lstm", "--out", str(both), "--resume"]).returncode == 0
    assert apart(one, both) < 1e-6


@pytest.mark.slow
def test_three_processes_resume_the_run_of_one(tmp_path):
    settings = ["epochs=20", "bptt_window=16"]
    one, more = tmp_path / "one", tmp_path / "more"
    small = [
        "hidden=12",
        "embedding_size=8",
        "batch_words=100",
        "patience=0",
        "train_dtype=float64",
        *settings,
    ]
    given = [part for setting in small for part in ("--set", setting)]
    plain = ["train", "lm", "--corpus", "sample-english", "--threads", "1", *given]
    assert run([*plain, "--out", str(one)]).returncode == 0
    stopped = start([*plain, "--out", str(more)])
    wait_for_epochs(more, 4, stopped)
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait() == 143
    assert run(["train", "lm", "--out", str(more), "--resume", "--devices", "3"]).returncode == 0
    assert apart(one, more) < 1e-6


@pytest.mark.slow
def test_a_killed_process_ends_the_run_with_its_number_and_log(tmp_path):
    process = start(command(tmp_path / "run", "--devices", "2", settings=["epochs=500"]))
    wait_for_epochs(tmp_path / "run", 1, process)
    os.kill(children(process)[1], signal.SIGKILL)
    assert process.wait() == 1
    said = process.stderr.read()
    assert "process 1 of 2 was ended by SIGKILL" in said and "process-1.log" in said
    assert "Traceback" not in said


def hosts(tmp_path, *commands):
    """The exit codes of torchrun on two hosts, each with a folder of its own, and what they wrote to stderr."""
    port, started = free_port(), []
    for rank, arguments in enumerate(commands):
        folder = tmp_path / f"host-{rank}"
        folder.mkdir(exist_ok=True)
        launcher = [
            "torch.distributed.run",
            "--nnodes",
            "2",
            "--node-rank",
            str(rank),
            "--nproc-per-node",
            "1",
        ]
        meeting = ["--master-addr", "127.0.0.1", "--master-port", str(port), "-m", "seqkit"]
        started.append(
            subprocess.Popen(
                [sys.executable, "-P", "-m", *launcher, *meeting, *arguments],
                cwd=folder,
                env=environment(),
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    return [(process.communicate()[1], process.returncode) for process in started]


@pytest.mark.slow
def test_two_hosts_train_one_model_and_the_first_writes_it(tmp_path):
    (tmp_path / "own.conllu").write_text(TREEBANK)
    one = tmp_path / "one"
    assert run(command(one, settings=["epochs=5"])).returncode == 0
    same = command("run", settings=["epochs=5"])
    for said, code in hosts(tmp_path, same, same):
        assert code == 0, said
    assert apart(one, tmp_path / "host-0" / "run") < 1e-6
    assert not list((tmp_path / "host-1").iterdir())


@pytest.mark.slow
def test_hosts_with_other_data_or_options_are_refused(tmp_path):
    for number, size in enumerate((5, 4)):
        (tmp_path / f"host-{number}").mkdir()
        lines = TREEBANK.split("\n\n")[:size]
        (tmp_path / f"host-{number}" / "own.conllu").write_text("\n\n".join(lines) + "\n\n")
    given = command("run", "--train", "own.conllu", corpus="", settings=["epochs=5"])
    (first, code), _ = hosts(tmp_path, given, given)
    assert code == 1 and "the training data differ between process 0 and process 1" in first
    assert not (tmp_path / "host-0" / "run" / "training" / "config.toml").exists()


@pytest.mark.slow
def test_more_processes_than_examples_are_refused(tmp_path):
    (tmp_path / "own.conllu").write_text(TREEBANK.split("\n\n")[0] + "\n\n")
    said = run(
        command(tmp_path / "run", "--devices", "2", "--train", str(tmp_path / "own.conllu"), corpus="")
    )
    assert said.returncode == 2
    assert "2 processes for 1 training examples\nUse at most 1." in said.stderr


def test_a_port_in_use_is_named_at_once():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = run(command("never", "--devices", "2"), MASTER_PORT=port)
    assert said.returncode == 2 and f"MASTER_PORT={port}: cannot be used" in said.stderr


def test_devices_are_for_a_process_alone(seqkit, monkeypatch, tmp_path):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    outcome = seqkit(*command(tmp_path / "run", "--devices", "2"))
    assert outcome.code == 2 and "--devices 2: torchrun has started the processes" in outcome.err
