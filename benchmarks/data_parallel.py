"""Train one model with several processes: equality of weights, also after a resume with another number, and speed.

    python benchmarks/data_parallel.py                  # equality, in float64
    python benchmarks/data_parallel.py --speed          # two processes with one thread against one with two
    python benchmarks/data_parallel.py --scaling 1,2    # one batch for more processes, and a batch that grows
    python benchmarks/data_parallel.py --arithmetic     # what an all-reduce costs on larger clusters, calculated

Each run is a separate `seqkit train`, so that it stops and resumes as a user's does. Needs the extra `distributed`.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import resource
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
EPOCHS = {"tagger (lstm, CRF)": 13, "translator": 3, "language model": 13}
"""Numbers of epochs that give at least 50 updates."""
SMALL = ["--set", "batch_words=100", "--set", "patience=0", "--set", "train_dtype=float64", "--seed", "3"]


def train(arguments: list[str], out: Path, devices: int, *more: str, stop_after: int = 0) -> None:
    """Run a training. Args: stop_after, epochs after which it is stopped by SIGTERM; 0: run to the end."""
    several = ["--devices", str(devices)] if devices > 1 else []
    command = [sys.executable, "-P", "-m", "seqkit", "train", *arguments, "--out", str(out)]
    run = subprocess.Popen([*command, *several, *more], stderr=subprocess.PIPE, text=True)
    while stop_after and run.poll() is None:
        if _epochs(out) >= stop_after:
            run.send_signal(signal.SIGTERM)
            break
        time.sleep(0.01)
    _, output = run.communicate()
    if run.returncode not in (0, 143):
        raise SystemExit(f"{' '.join(command)}: exit code {run.returncode}\n{output}")


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
    """Compare weights of two processes, and of runs resumed with another number, with those of one process."""
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
    """Seconds of an epoch of a tagger. Args: words, number of words in a batch."""
    os.environ["OMP_NUM_THREADS"] = str(threads)
    given = ["--threads", str(threads), "--set", f"batch_words={words}", "--no-with-segmenter"]
    given += ["--train", sentences]
    train(["lstm", *given, "--set", "epochs=1", "--set", "patience=0"], out, devices)
    return float(_rows(out)[-1]["seconds"])


def speed(folder: Path, sentences: str, pairs: int) -> None:
    """Measure two processes with one thread each and one process with two threads, alternately."""
    ratios = []
    for number in range(pairs):
        one = seconds(folder / f"one-{number}", 1, 2, 2000, sentences)
        two = seconds(folder / f"two-{number}", 2, 1, 2000, sentences)
        ratios.append(one / two)
        print(f"one process, two threads: {one:.1f} s; two processes, one thread: {two:.1f} s", flush=True)
    print(f"two processes are {statistics.median(ratios):.2f} times as fast (median of {pairs})")


def cpu_seconds(out: Path, devices: int, words: int, sentences: str) -> float:
    """CPU seconds of two epochs, summed over processes, without start and end of the run."""
    spent = []
    for epochs in (1, 3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        given = ["--threads", "1", "--set", f"batch_words={words}", "--set", f"epochs={epochs}"]
        small = ["--set", "hidden=64", "--set", "patience=0", "--no-with-segmenter", "--train", sentences]
        train(["lstm", *given, *small], out / str(epochs), devices)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return spent[1] - spent[0]


def scaling(folder: Path, sentences: str, counts: list[int], picture: str) -> None:
    """Measure strong scaling (a fixed batch) and weak scaling (a batch in proportion to the processes).

    CPU time is measured, because a busy machine has no free core: CPU time / n estimates an epoch on n free cores.
    Args: picture, file for a plot; "": none.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    print("| processes | strong: CPU s | its efficiency | weak: CPU s | its efficiency |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    first: list[float] = []
    found: list[list[float]] = []
    for count in counts:
        strong = cpu_seconds(folder / f"strong-{count}", count, 1000, sentences)
        weak = cpu_seconds(folder / f"weak-{count}", count, 1000 * count, sentences)
        first = first or [strong, weak]
        found.append([100 * one / now for one, now in zip(first, (strong, weak), strict=True)])
        shares = [f"{share:.0f} %" for share in found[-1]]
        print(f"| {count} | {strong:.1f} | {shares[0]} | {weak:.1f} | {shares[1]} |", flush=True)
    if picture:
        plot(counts, found, picture)


def plot(counts: list[int], found: list[list[float]], picture: str) -> None:
    """Draw the efficiencies in percent over the number of processes. Args: found, [strong, weak] of each number."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    for name, values in zip(
        ("strong: a fixed batch", "weak: a growing batch"), zip(*found, strict=True), strict=True
    ):
        axes.plot(counts, values, marker="o", label=name)
    axes.set(xlabel="processes", ylabel="efficiency, %", xticks=counts, ylim=(0, 110))
    axes.axhline(100, color="grey", linewidth=0.8, linestyle=":")
    axes.legend(loc="lower left")
    figure.savefig(picture, dpi=150)


LINKS = {
    "1 Gb/s Ethernet": (0.125e9, 30e-6),
    "25 Gb/s Ethernet": (3.1e9, 15e-6),
    "400 Gb/s InfiniBand": (50e9, 3e-6),
}
"""Bandwidth in bytes per second, and latency in seconds."""
WEIGHTS = {"en-tagger": 3_872_077, "de-en": 4_948_289}


def arithmetic() -> None:
    """Calculate the milliseconds of a ring all-reduce per update.

    Each device sends 2 (n - 1) / n of the gradient in 2 (n - 1) messages.
    """
    print("| model | gradient | link | 8 devices | 64 | 1,024 |\n| --- | ---: | --- | ---: | ---: | ---: |")
    for model, weights in WEIGHTS.items():
        size = 4 * weights
        for link, (speed, latency) in LINKS.items():
            times = [2 * (n - 1) * (size / n / speed + latency) for n in (8, 64, 1024)]
            columns = " | ".join(f"{1000 * seconds:.1f} ms" for seconds in times)
            print(f"| {model} | {size / 1e6:.1f} MB | {link} | {columns} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--scaling", default="")
    parser.add_argument(
        "--plot", default="", help="With --scaling: a PNG file for a plot of the efficiencies."
    )
    parser.add_argument("--arithmetic", action="store_true", help="Only calculate the cost of an all-reduce.")
    parser.add_argument("--sentences", default="", help="A CoNLL-U file, for --speed and --scaling.")
    parser.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.arithmetic:
            arithmetic()
        elif not asked.sentences and (asked.speed or asked.scaling):
            parser.error("--speed and --scaling need --sentences FILE")
        elif asked.speed:
            speed(Path(folder), asked.sentences, asked.pairs)
        elif asked.scaling:
            scaling(Path(folder), asked.sentences, [int(n) for n in asked.scaling.split(",")], asked.plot)
        else:
            equality(Path(folder))


if __name__ == "__main__":
    main()
