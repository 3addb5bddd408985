"""Several processes that train one model: equal weights, also after a resume with another number, and the speed.

    python benchmarks/data_parallel.py                  # equality, in float64
    python benchmarks/data_parallel.py --speed          # two processes with one thread against one with two
    python benchmarks/data_parallel.py --scaling 1,2    # the same batch for more processes, and a batch that grows

Each run is a `seqkit train` of its own, so that a run stops and goes on as a user's does. Needs `seqkit[distributed]`.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from safetensors import safe_open

MODELS = {
    "tagger (lstm, CRF)": ["lstm", "--corpus", "sample-english", "--set", "crf=upos", "--set", "hidden=16"],
    "translator": [
        *("seq2seq", "--corpus", "sample-german-english", "--source", "de", "--target", "en"),
        *("--set", "hidden=16", "--set", "embedding_size=12"),
    ],
    "language model": ["lm", "--corpus", "sample-english", "--set", "hidden=16", "--set", "bptt_window=16"],
}
EPOCHS = {"tagger (lstm, CRF)": 13, "translator": 25, "language model": 13}
"""So many that there are at least 50 updates."""
SMALL = ["--set", "batch_words=100", "--set", "patience=0", "--set", "train_dtype=float64", "--seed", "3"]


def train(arguments: list[str], out: Path, devices: int, *more: str, stop_after: int = 0) -> None:
    """A training run. Args: stop_after, epochs after which it is stopped by SIGTERM; 0: it runs to its end."""
    several = ["--devices", str(devices)] if devices > 1 else []
    command = [sys.executable, "-P", "-m", "seqkit", "train", *arguments, "--out", str(out)]
    run = subprocess.Popen([*command, *several, *more], stderr=subprocess.PIPE, text=True)
    while stop_after and run.poll() is None:
        if _epochs(out) >= stop_after:
            run.send_signal(signal.SIGTERM)
            break
        time.sleep(0.01)
    _, said = run.communicate()
    if run.returncode not in (0, 143):
        raise SystemExit(f"{' '.join(command)}: exit code {run.returncode}\n{said}")


def _rows(out: Path) -> list[dict[str, str]]:
    path = out / "training" / "metrics.csv"
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def _epochs(out: Path) -> int:
    return len(_rows(out))


def apart(one: Path, other: Path) -> float:
    """The largest difference between the weights of two models."""
    with safe_open(one / "model.safetensors", "pt") as a, safe_open(other / "model.safetensors", "pt") as b:
        names = sorted(a.keys())
        assert names == sorted(b.keys())
        return max(
            (a.get_tensor(name).double() - b.get_tensor(name).double()).abs().max().item() for name in names
        )


def equality(folder: Path) -> None:
    """Weights of two processes, and of runs that go on with another number, against those of one."""
    print("| model | updates | 2 | 2, then 1 | 1, then 3 |\n| --- | ---: | ---: | ---: | ---: |")
    for name, arguments in MODELS.items():
        settings = [*arguments, *SMALL, "--set", f"epochs={EPOCHS[name]}", "--set", "weights_dtype=float32"]
        place = folder / re.sub(r"\W+", "-", name)
        train(settings, place / "one", 1)
        train(settings, place / "two", 2)
        found = [apart(place / "one", place / "two")]
        for first, then in ((2, 1), (1, 3)):
            out = place / f"{first}-{then}"
            train(settings, out, first, stop_after=EPOCHS[name] // 3)
            stopped = not (out / "MANIFEST.json").exists()
            train([arguments[0]], out, then, "--resume")
            found.append(apart(place / "one", out) if stopped else float("nan"))
        updates = _rows(place / "one")[-1]["updates"]
        print(f"| {name} | {updates} | " + " | ".join(f"{value:.0e}" for value in found) + " |", flush=True)


def seconds(out: Path, devices: int, threads: int, words: int, sentences: str) -> float:
    """Seconds of an epoch of a tagger. Args: words, of a batch."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    given = ["--threads", str(threads), "--set", f"batch_words={words}", "--train", sentences]
    train(["lstm", *given, "--set", "epochs=1", "--set", "patience=0"], out, devices)
    return float(_rows(out)[-1]["seconds"])


def speed(folder: Path, sentences: str, pairs: int) -> None:
    """Two processes with one thread each, and one process with two threads, in turns."""
    ratios = []
    for number in range(pairs):
        one = seconds(folder / f"one-{number}", 1, 2, 2000, sentences)
        two = seconds(folder / f"two-{number}", 2, 1, 2000, sentences)
        ratios.append(one / two)
        print(f"one process, two threads: {one:.1f} s; two processes, one thread: {two:.1f} s", flush=True)
    print(f"two processes are {statistics.median(ratios):.2f} times as fast (median of {pairs})")


def scaling(folder: Path, sentences: str, counts: list[int]) -> None:
    """Strong scaling: one batch for all. Weak scaling: a batch that grows with the processes."""
    print("| processes | strong: s an epoch | weak: s an epoch |\n| ---: | ---: | ---: |")
    for count in counts:
        strong = seconds(folder / f"strong-{count}", count, 1, 2000, sentences)
        weak = seconds(folder / f"weak-{count}", count, 1, 1000 * count, sentences)
        print(f"| {count} | {strong:.1f} | {weak:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--scaling", default="")
    parser.add_argument("--sentences", default="", help="A CoNLL-U file, for --speed and --scaling.")
    parser.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.speed:
            speed(Path(folder), asked.sentences, asked.pairs)
        elif asked.scaling:
            scaling(Path(folder), asked.sentences, [int(count) for count in asked.scaling.split(",")])
        else:
            equality(Path(folder))


if __name__ == "__main__":
    main()
