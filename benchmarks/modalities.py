"""Models of sound, pictures, films and text: `python benchmarks/modalities.py --out runs/modalities`.

Trains each task with each seed for a fixed time and one thread, into `OUT/TASK-SEED`, and evaluates the epoch that is
best on dev. A stopped command continues; finished trainings and evaluations are kept. It evaluates on dev; `--split
test` is for the single final score. Each task is one row of Markdown. A figure is the mean of the seeds; in brackets
the mean ends of their 95 % intervals (for the number of items), then the range of the seeds. The films of `drawing` are
judged by `captions` of the same seed, which is trained only on real films.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tables import Rows, row

from seqkit.models.folder import TRAINING, model_info

COMMON = "train_dtype=bfloat16 patience=0"
"""Settings of all trainings, which only the time limit ends."""
EXACT, WORD_ERRORS = {"exact": "exact"}, {"word errors": "word_error_rate"}
NOTE = "On dev the captions of two digits are those of training; captions never seen in training are in test alone."


class Task(NamedTuple):
    """One row: a corpus, settings that differ from seqkit's defaults, and the figures to show."""

    corpus: str
    settings: str
    """Values of `--set`."""
    figures: dict[str, str]
    """Name -> path in the JSON of `seqkit evaluate`."""
    judge: str = ""
    """The task whose model reads the generated films."""


# With a learning rate of 0.002 it may take ten epochs until the attention follows the question.
# A question is about one digit of two, half as much supervision as in lines, so pictures are augmented more.
QUESTIONS = "hidden=256 dropout=0.2 sampling=0 batch_words=600 learning_rate=0.001 warmup=0.005"
CHANGED = "image_noise=0.3 image_warp=0.06 image_shift=0.1"
TASKS = {
    "fsdd": Task("fsdd", "encoder=audio hidden=256", EXACT),
    "fsdd-strings": Task("fsdd-strings", "encoder=audio hidden=256", EXACT | WORD_ERRORS),
    "digit-lines": Task(
        "digit-lines",
        "encoder=image hidden=256 dropout=0.2 batch_words=700 learning_rate=0.0015 image_noise=0.3",
        EXACT,
    ),
    "digit-questions": Task("digit-questions", f"encoder=image,text {QUESTIONS} {CHANGED}", EXACT),
    "image-alone": Task("digit-questions", f"encoder=image {QUESTIONS} {CHANGED}", EXACT),
    "question-alone": Task("digit-questions", f"encoder=text {QUESTIONS}", EXACT),
    # Captions have seven words for one digit, and fifteen for two.
    "captions": Task(
        "moving-digits",
        "encoder=video video_places=true video_every=4 hidden=256 dropout=0.1 sampling=0 batch_words=250 "
        "learning_rate=0.0005 warmup=0.005",
        {"one digit": "exact_by_words/7", "two digits": "exact_by_words/15"},
    ),
    # The judge's whole caption is right: both digits and both motions, and the round trip.
    "drawing": Task(
        "moving-digits",
        "encoder=text decoder=video hidden=128 embedding_size=64 dropout=0.1 batch_words=400 learning_rate=0.003",
        {
            "drawn, two digits": "drawn/exact_by_clauses/2",
            "the judge on real films": "real/exact_by_clauses/2",
            "drawn, one digit": "drawn/exact_by_clauses/1",
            "the judge on real ones": "real/exact_by_clauses/1",
        },
        judge="captions",
    ),
}


class Run(NamedTuple):
    """One training."""

    task: str
    seed: int
    minutes: float
    out: Path

    @property
    def folder(self) -> Path:
        """The folder of its model."""
        return self.out / f"{self.task}-{self.seed}"

    @property
    def command(self) -> list[str]:
        """The training as a command line."""
        task = TASKS[self.task]
        command = ["seqkit", "train", "seq2seq", "--corpus", task.corpus]
        for setting in f"{task.settings} {COMMON} minutes={self.minutes:g}".split():
            command += ["--set", setting]
        return [*command, "--seed", str(self.seed), "--threads", "1", "--out", str(self.folder)]

    @property
    def judge(self) -> Run | None:
        """The training of the model that judges this one."""
        return self._replace(task=TASKS[self.task].judge) if TASKS[self.task].judge else None


def main() -> int:
    """Train and evaluate what is missing, then print the rows. Returns 1 if a command failed, and names its log."""
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    judges = {TASKS[name].judge for name in arguments.only}
    names = [name for name in TASKS if name in arguments.only or name in judges]
    runs = [Run(name, seed, arguments.minutes, arguments.out) for seed in arguments.seeds for name in names]
    rows = Rows(arguments.out / "scores.json")
    with ThreadPoolExecutor(arguments.parallel) as pool:
        failures = dict(zip(runs, pool.map(train, runs), strict=True))
        # Finished trainings with other settings than those shown are also left out.
        ready = [run for run in runs if not failures[run] and not (run.judge and failures[run.judge])]
        measured = pool.map(lambda run: measure(run, arguments.split, rows), ready)
        failures |= dict(zip(ready, measured, strict=True))
    keys = {run: key_of(run, arguments.split) for run in ready}
    scores = {run: rows.found[key] for run, key in keys.items() if key in rows.found}
    print("\n".join(table(names, runs, arguments.split, scores)))
    failed = [message for message in failures.values() if message]
    print("\n".join(failed), end="\n" if failed else "", file=sys.stderr)
    return 1 if failed else 0


def parse() -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=25, help="of each training; default: 25")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="default: 1 2 3")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), metavar="TASK")
    parser.add_argument("--split", choices=("dev", "test"), default="dev", help="default: dev")
    parser.add_argument("--parallel", type=int, default=1, help="trainings at once; wants as many idle cores")
    return parser.parse_args()


def train(run: Run) -> str:
    """Train or resume. Returns a description of the failure; "" if there is none."""
    # seqkit detects finished runs, and refuses to resume a run with changed options.
    resume = ["--resume"] if (run.folder / TRAINING).exists() else []
    log = run.out / f"{run.folder.name}.log"
    with open(log, "a", encoding="utf-8") as file:
        done = call([*run.command, *resume], stdout=file, stderr=file)
    return f"{run.folder.name}: training FAILED, see {log}" if done.returncode else ""


def measure(run: Run, split: str, rows: Rows) -> str:
    """Evaluate once, and store the scores. Returns a description of the failure; "" if there is none."""
    if (key := key_of(run, split)) in rows.found:
        return ""
    done = call(evaluation(run, split), capture_output=True, encoding="utf-8")
    if done.returncode:
        return f"{run.folder.name}: not measured: {done.stderr.strip()}"
    rows.add(key, json.loads(done.stdout))
    return ""


def evaluation(run: Run, split: str) -> list[str]:
    """The evaluation as a command line."""
    command = ["seqkit", "evaluate", str(run.folder), TASKS[run.task].corpus, "--split", split, "--json"]
    return [*command, *(("--judge", str(run.judge.folder)) if run.judge else ())]


def key_of(run: Run, split: str) -> str:
    """The key of scores: checksums of the weights, and of those of the judge."""
    models = [one for one in (run, run.judge) if one is not None]
    return " ".join([run.folder.name, split, *(model_info(str(one.folder)).sha256 for one in models)])


def call(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[Any]:
    """Run a seqkit command in a separate process with one thread."""
    one = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-m", *command], env=one, check=False, **options)


def table(
    names: Sequence[str], runs: Sequence[Run], split: str, scores: dict[Run, dict[str, Any]]
) -> Iterator[str]:
    """A row per task, over the seeds that were evaluated."""
    head = f"{split}, % (95 % interval; seeds)"
    yield from row("task", head, "seeds", "minutes of training", "sha256 of the weights", "command")
    yield from row(*["---"] * 6)
    for name in names:
        own = [run for run in runs if run.task == name]
        done = [run for run in own if run in scores]
        figures = [
            f"{figure}: {spread([at(scores[run], path) for run in done])}"
            for figure, path in TASKS[name].figures.items()
        ]
        # The commands of other seeds differ only in seed and folder.
        commands = f"`{shlex.join(own[0].command)}`<br>`{shlex.join(evaluation(own[0], split))}`"
        minutes = ", ".join(f"{trained(run):.1f}" for run in done)
        weights = "<br>".join(model_info(str(run.folder)).sha256 for run in done)
        seeds = ", ".join(str(run.seed) for run in done)
        yield from row(name, "<br>".join(figures), seeds or "–", minutes or "–", weights or "–", commands)
    if split == "dev" and {"captions", "drawing"} & set(names):
        yield f"\n{NOTE}"


def at(scores: Any, path: str) -> dict[str, Any] | None:
    """The figure at `a/b` of some JSON; None if there is none."""
    for part in path.split("/"):
        scores = scores.get(part) if scores else None
    return scores


def spread(figures: Sequence[dict[str, Any] | None]) -> str:
    """Format the shares or rates of the seeds as in 98.67 (96.60–99.50; 98.33–99.00), of 300."""
    there = [figure for figure in figures if figure]
    if not there:
        return "–"
    values = [100 * float(figure["accuracy" if "accuracy" in figure else "rate"]) for figure in there]
    low, high = (100 * statistics.mean(figure["interval_95"][end] for figure in there) for end in (0, 1))
    items = f", of {there[0]['total']:,}" if "total" in there[0] else ""
    seeds = f"{min(values):.2f}–{max(values):.2f}"
    return f"{statistics.mean(values):.2f} ({low:.2f}–{high:.2f}; {seeds}){items}"


def trained(run: Run) -> float:
    """Minutes of training, including dev scores, without reading the data."""
    header, *_, last = (run.folder / TRAINING / "metrics.csv").read_text(encoding="utf-8").splitlines()
    return float(dict(zip(header.split(","), last.split(","), strict=True))["seconds"]) / 60


if __name__ == "__main__":
    sys.exit(main())
