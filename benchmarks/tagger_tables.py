"""The seed lessons as tables: `python benchmarks/tagger_tables.py --out runs/tables --minutes 10 --seeds 1 2 3`.

Trains each setting with each seed for a fixed time and scores dev. Tables: models; optimizers; leave-one-out of what
the default tagger has. Each finished run is one row of `rows.json` in `--out`; what is there is not run again, so a
stopped command goes on. Every run has one thread; `--parallel` wants as many idle cores. It does not look at test.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from seqkit.files import atomic_write

MEASURES = {"UPOS": "overall", "unknown words": "unknown", "sentences": "sentences"}


class Setting(NamedTuple):
    """One row of a table: a model and what differs from its defaults."""

    name: str
    model: str
    sets: tuple[str, ...] = ()
    labels: str = ""


# A rate of 0.002 is Adam's; SGD stands still with it.
SGD = ("optimizer=sgd", "learning_rate=0.2")
TABLES = {
    "models": [Setting(name, name) for name in ("rnn", "birnn", "deeprnn", "lstm", "gru")],
    "optimizers": [
        Setting("SGD", "lstm", (*SGD, "clip=0")),
        Setting("SGD, clipping", "lstm", SGD),
        Setting("Adam", "lstm", ("clip=0",)),
        Setting("Adam, clipping", "lstm"),
    ],
    "parts": [
        Setting("everything", "lstm"),
        Setting("no pieces", "lstm", ("piece_size=0",)),
        Setting("no characters", "lstm", ("char_size=0",)),
        Setting("no words", "lstm", ("word_size=0",)),
        Setting("no affixes", "lstm", ("affix_size=0",)),
        Setting("no sampling", "lstm", ("sampling=0",)),
        Setting("no averaging", "lstm", ("average=0",)),
        Setting("UPOS alone", "lstm", labels="upos"),
        Setting("with a CRF", "lstm", ("crf=upos",)),
    ],
}


class Run(NamedTuple):
    """One training."""

    setting: Setting
    seed: int
    minutes: float
    corpus: str

    @property
    def key(self) -> str:
        """What the row is found by: all that decides the outcome, so that settings of two tables share a run."""
        s = self.setting
        return " ".join(
            [self.corpus, s.model, *s.sets, s.labels, f"{self.minutes:g} min", f"seed {self.seed}"]
        )

    def command(self, folder: Path) -> list[str]:
        """The training; `patience=0`, because time alone ends it."""
        s = self.setting
        sets = [*s.sets, f"minutes={self.minutes:g}", "patience=0"]
        command = [
            sys.executable,
            "-m",
            "seqkit",
            "train",
            s.model,
            "--corpus",
            self.corpus,
            "--out",
            str(folder),
        ]
        command += ["--seed", str(self.seed), "--threads", "1"]
        command += ["--label", s.labels] if s.labels else []
        return command + [word for item in sets for word in ("--set", item)]


class Rows:
    """Finished runs, in a file that is whole at any time."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        self.found: dict[str, dict[str, Any]] = (
            json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        )

    def add(self, key: str, row: dict[str, Any]) -> None:
        """Keep one more."""
        with self._lock:
            self.found[key] = row
            with atomic_write(self._path) as file:
                file.write(json.dumps(self.found, indent=1).encode())


def main() -> None:
    """Run what is missing, then print the tables that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--corpus", default="ud-english-ewt")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--parallel", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows = Rows(arguments.out / "rows.json")
    runs = {
        run.key: run
        for seed in arguments.seeds
        for name in arguments.only
        for setting in TABLES[name]
        for run in [Run(setting, seed, arguments.minutes, arguments.corpus)]
    }
    missing = [run for key, run in runs.items() if key not in rows.found]
    with ThreadPoolExecutor(arguments.parallel) as pool:
        for run, said in zip(
            missing, pool.map(lambda run: train(run, arguments.out, rows), missing), strict=True
        ):
            print(f"{run.key}: {said}", file=sys.stderr)
    for name in arguments.only:
        print("\n".join(table(name, rows.found, arguments)), end="\n\n")


def train(run: Run, out: Path, rows: Rows) -> str:
    """One training with its scores on dev; what went wrong is said, and the others go on."""
    folder = out / run.key.replace(" ", "_").replace("=", "-")
    # A run that was stopped has used an unknown part of its minutes.
    shutil.rmtree(folder, ignore_errors=True)
    with open(out / f"{folder.name}.log", "w", encoding="utf-8") as log:
        if subprocess.run(run.command(folder), stdout=log, stderr=log).returncode:
            return f"FAILED, see {log.name}"
    evaluate = [
        sys.executable,
        "-m",
        "seqkit",
        "evaluate",
        str(folder),
        run.corpus,
        "--split",
        "dev",
        "--json",
    ]
    scores = json.loads(subprocess.run(evaluate, check=True, capture_output=True, text=True).stdout)
    upos = scores["kinds"]["upos"]
    row = {name: 100 * upos[group]["accuracy"] for name, group in MEASURES.items()}
    rows.add(run.key, row | {"epochs": epochs(folder)})
    return f"{row['UPOS']:.2f} %"


def epochs(folder: Path) -> int:
    """How many the time was enough for."""
    return len((folder / "training" / "metrics.csv").read_text(encoding="utf-8").splitlines()) - 1


def table(name: str, found: dict[str, dict[str, Any]], arguments: argparse.Namespace) -> Iterator[str]:
    """Mean, standard deviation and range over the seeds that are there."""
    yield from row(name, *(f"{measure}, mean ± s.d. (range)" for measure in MEASURES), "epochs", "seeds")
    yield from row(*["---"] * (len(MEASURES) + 3))
    for setting in TABLES[name]:
        keys = [Run(setting, seed, arguments.minutes, arguments.corpus).key for seed in arguments.seeds]
        done = [found[key] for key in keys if key in found]
        cells = [spread([run[measure] for run in done]) for measure in MEASURES]
        mean = f"{statistics.mean(run['epochs'] for run in done):.0f}" if done else "–"
        yield from row(setting.name, *cells, mean, str(len(done)))


def spread(values: list[float]) -> str:
    """As in 95.50 ± 0.08 (95.41–95.58); the deviation is that of a sample."""
    if not values:
        return "–"
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.2f}{deviation} ({min(values):.2f}–{max(values):.2f})"


def row(*cells: str) -> Iterator[str]:
    """One row of Markdown."""
    yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
