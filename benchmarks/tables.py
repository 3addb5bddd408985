"""Tables of many trainings: settings by seeds, each for the same time; finished runs are stored in `rows.json`."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from seqkit.evaluation.report import markdown_row
from seqkit.io.atomic import atomic_write


class Setting(NamedTuple):
    """One row of a table: a model and the options that differ from its defaults."""

    name: str
    model: str
    sets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Further options of `seqkit train`."""


class Study(NamedTuple):
    """Tables, and the figures measured for them. The test split is not read."""

    description: str
    tables: Mapping[str, Sequence[Setting]]
    measures: Sequence[str]
    """Names of the figures that `score` gives."""
    score: Callable[[dict[str, Any]], dict[str, Any]]
    """JSON of `seqkit evaluate` -> a row: the measures and further results."""
    corpus: str
    common: tuple[str, ...] = ()
    """Options of `seqkit train` in all runs."""
    minutes: float = 10
    progress: str = "epochs"
    """The count that shows how far the training got: "epochs" or "updates"."""


class Run(NamedTuple):
    """One training."""

    setting: Setting
    seed: int
    minutes: float
    corpus: str
    sets: tuple[str, ...] = ()
    """Settings of all runs."""

    @property
    def key(self) -> str:
        """The key of a row: everything that determines the result, so that equal settings of two tables share a run."""
        s = self.setting
        return " ".join(
            [
                self.corpus,
                s.model,
                *self.sets,
                *s.sets,
                *s.options,
                f"{self.minutes:g} min",
                f"seed {self.seed}",
            ]
        )

    def command(self, folder: Path, common: Sequence[str]) -> list[str]:
        """The training; `patience=0`, because only the time limit ends it."""
        s = self.setting
        command = ["train", s.model, "--corpus", self.corpus, "--out", str(folder), *common, *s.options]
        for item in (*self.sets, *s.sets, f"minutes={self.minutes:g}", "patience=0"):
            command += ["--set", item]
        return seqkit(*command, "--seed", str(self.seed), "--threads", "1")


class Rows:
    """Finished runs, in a file that is written atomically."""

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


def parser_of(study: Study) -> argparse.ArgumentParser:
    """The options that all studies have."""
    parser = argparse.ArgumentParser(
        description=study.description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--corpus", default=study.corpus)
    parser.add_argument("--minutes", type=float, default=study.minutes, help="of each training")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", nargs="+", choices=study.tables, default=list(study.tables))
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="set in all runs")
    parser.add_argument("--parallel", type=int, default=1, help="trainings at once; wants as many idle cores")
    return parser


def run(study: Study, arguments: argparse.Namespace) -> Rows:
    """Run what is missing, then print the requested tables."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows = Rows(arguments.out / "rows.json")
    runs = {
        run.key: run
        for seed in arguments.seeds
        for name in arguments.only
        for setting in study.tables[name]
        for run in [_run(setting, seed, arguments)]
    }
    missing = [run for key, run in runs.items() if key not in rows.found]
    with ThreadPoolExecutor(arguments.parallel) as pool:
        failures = pool.map(lambda run: train(study, run, arguments.out, rows), missing)
        for one, text in zip(missing, failures, strict=True):
            print(f"{one.key}: {text}", file=sys.stderr)
    for name in arguments.only:
        print("\n".join(table(study, name, rows.found, arguments)), end="\n\n")
    return rows


def _run(setting: Setting, seed: int, arguments: argparse.Namespace) -> Run:
    return Run(setting, seed, arguments.minutes, arguments.corpus, tuple(arguments.set))


def train(study: Study, run: Run, out: Path, rows: Rows) -> str:
    """Run one training and score it on dev; a failure is printed, and the other trainings continue."""
    folder = out / run.key.replace(" ", "_").replace("=", "-")
    # A stopped run has used an unknown part of its minutes, so it starts again.
    shutil.rmtree(folder, ignore_errors=True)
    with open(out / f"{folder.name}.log", "w", encoding="utf-8") as log:
        if subprocess.run(run.command(folder, study.common), stdout=log, stderr=log).returncode:
            return f"FAILED, see {log.name}"
    evaluate = seqkit("evaluate", str(folder), run.corpus, "--split", "dev", "--json")
    scores = json.loads(subprocess.run(evaluate, check=True, capture_output=True, text=True).stdout)
    row = study.score(scores)
    rows.add(run.key, row | progress(folder))
    return f"{study.measures[0]} {row[study.measures[0]]:.2f}"


def seqkit(*arguments: str) -> list[str]:
    """The command line, with this Python."""
    return [sys.executable, "-m", "seqkit", *arguments]


def progress(folder: Path) -> dict[str, int]:
    """Numbers of epochs and updates of a run."""
    with open(folder / "training" / "metrics.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {"epochs": len(rows), "updates": int(rows[-1]["updates"])}


def table(
    study: Study, name: str, found: dict[str, dict[str, Any]], arguments: argparse.Namespace
) -> Iterator[str]:
    """Mean, standard deviation and range over the seeds, and the difference of each setting from the first."""
    first, *_ = study.tables[name]
    base, measure = rows_of(first, found, arguments), study.measures[0]
    yield from row(
        name,
        *(f"{measure}, mean ± s.d. (range)" for measure in study.measures),
        f"{measure}, less that of {first.name} with the same seed",
        study.progress,
        "seeds",
    )
    yield from row(*["---"] * (len(study.measures) + 4))
    for setting in study.tables[name]:
        rows = rows_of(setting, found, arguments)
        done = list(rows.values())
        cells = [spread([run[measure] for run in done]) for measure in study.measures]
        cells.append(
            spread([rows[seed][measure] - base[seed][measure] for seed in rows if seed in base], "+")
        )
        progress = [run[study.progress] for run in done if study.progress in run]
        mean = f"{statistics.mean(progress):,.0f}" if progress else "–"
        yield from row(setting.name, *cells, mean, str(len(done)))


def rows_of(
    setting: Setting, found: dict[str, dict[str, Any]], arguments: argparse.Namespace
) -> dict[int, dict[str, Any]]:
    """The finished runs of a setting by seed."""
    keys = {seed: _run(setting, seed, arguments).key for seed in arguments.seeds}
    return {seed: found[key] for seed, key in keys.items() if key in found}


def spread(values: list[float], sign: str = "") -> str:
    """Format values as 95.50 ± 0.08 (95.41–95.58), with the sample deviation. Args: sign, "+" for differences."""
    if not values:
        return "–"
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    low, high = (f"{value:{sign}.2f}" for value in (min(values), max(values)))
    return f"{statistics.mean(values):{sign}.2f}{deviation} ({low}{' to ' if sign else '–'}{high})"


def row(*cells: str) -> Iterator[str]:
    """One row of Markdown."""
    yield markdown_row(*cells)
