"""Maximum length at which recurrences and initialisations solve the adding problem and the copy-memory task.

    python benchmarks/memory_tasks.py --task adding,copy-memory --updates 2000 --minutes 30 --out rows.jsonl
    python benchmarks/memory_tasks.py --task copy-memory --setting rnn-rotation --hidden 384 --length 500 --minutes 30

One direction, no attention, no dropout. A setting that does not solve a length within the budget is not run at
greater lengths. Solved: adding, a mean squared error on dev below 0.01 (always predicting 1 gives 0.167); copy-memory,
99 % of the ten symbols on dev. Each row is appended to the file at once, and the same command continues after what is
in the file; `--table` prints its rows. The budget is a number of updates, minutes, or both.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from seqkit.config import parse_settings
from seqkit.evaluation.metric import Metric
from seqkit.training.arguments import arguments_of
from seqkit.training.loop import Training
from seqkit.training.make_request import make_request
from seqkit.training.methods import methods_of
from seqkit.training.recurrent_weights import initialise
from seqkit.training.third_party import prepared_by_task

SETTINGS: dict[str, list[str]] = {
    "rnn": ["recurrence=rnn"],
    "rnn-identity": ["recurrence=rnn", "recurrent_weights=identity"],
    "rnn-orthogonal": ["recurrence=rnn", "constraint=orthogonal"],
    "rnn-rotation": ["recurrence=rnn", "recurrent_weights=rotation", "recurrent_rate=0", "input_scale=0.05"],
    "rnn-spectral": ["recurrence=rnn", "constraint=spectral"],
    "gru": ["recurrence=gru"],
    "gru-chrono": ["recurrence=gru", "chrono={length}"],
    "lstm": ["recurrence=lstm"],
    "lstm-forget-5": ["recurrence=lstm", "forget_bias=5"],
    "lstm-chrono": ["recurrence=lstm", "chrono={length}"],
    "sru": ["recurrence=sru"],
    "sru-chrono": ["recurrence=sru", "chrono={length}"],
}
"""Default initialisation: orthogonal U in rnn and gru, a forget bias of 1 in lstm."""
SHARED = [
    *("attention=none", "bidirectional=false", "dropout=0", "label_smoothing=0", "average=0"),
    *("patience=0", "warmup=0"),
]
TASKS: dict[str, list[str]] = {
    "adding": ["encoder=frames", "decoder=vector"],
    "copy-memory": ["sampling=0", "embedding_size=32", "tied=false", "layer_norm=true"],
}
SOLVED_ERROR, SOLVED_SYMBOLS = 0.01, 0.99
UPDATES_PER_EPOCH, ROWS = 100, 32
"""Updates between two evaluations on dev, and examples per batch."""


class Solved(Exception):
    """Ends a training whose dev score solves the task."""


class Quiet:
    """Keeps the best score, and ends the training when it solves the task."""

    def __init__(self, minutes: float, updates: int) -> None:
        """Args: updates, the maximum number; 0: no maximum."""
        self.best, self.deadline = float("inf"), time.monotonic() + 60 * minutes
        self.updates, self.done = updates, 0

    def start(self, epochs: int, minutes: float) -> None:
        pass

    def step(self, progress: Any, batches: int) -> None:
        self.done = progress.updates
        if time.monotonic() > self.deadline:
            raise TimeoutError

    def epoch(self, row: Mapping[str, Any], scores: Sequence[Metric]) -> None:
        self.best = min(self.best, scores[0].value)
        if self.best < (SOLVED_ERROR if scores[0].name == "squared_error" else 1 - SOLVED_SYMBOLS):
            raise Solved
        if 0 < self.updates <= self.done:
            raise TimeoutError

    def note(self, message: str) -> None:
        pass


def symbol_error(task: Any) -> list[Metric]:
    """Error rate of symbols on dev, with the right previous symbols (teacher forcing)."""
    wrong = count = 0
    task.model.eval()
    with torch.inference_mode():
        for start in range(0, len(task.dev), 100):
            loss = task.model(task.model.collate(task.dev[start : start + 100]))
            # The end of each line is an easy step, which does not count.
            lines = len(task.dev[start : start + 100])
            count += int(loss.counts.steps) - lines
            wrong += int(loss.counts.steps) - int(loss.counts.right)
    return [Metric("symbol_error", wrong / count, higher_is_better=False)]


def run(task: str, setting: str, length: int, given: argparse.Namespace) -> dict[str, Any]:
    """Train once. Returns the row."""
    steps = length if task == "adding" else length + 10
    own = [one.format(length=length) for one in SETTINGS[setting]]
    settings = [
        *(own + SHARED + TASKS[task]),
        *(f"schedule={given.schedule}", f"epochs={given.updates // UPDATES_PER_EPOCH or 100_000}"),
        *(f"corpus.length={length}", f"corpus.examples={UPDATES_PER_EPOCH * ROWS}"),
        *(f"hidden={given.hidden}", f"learning_rate={given.rate}", f"batch_words={steps * ROWS}"),
        *(f"seed={given.seed}", "threads=1", "clip=1"),
    ]
    request = make_request(arguments_of({"model": "seq2seq", "corpus": task}, [], parse_settings(settings)))
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    reporter = Quiet(given.minutes, given.updates)
    prepared = prepared_by_task(request, reporter)
    model = prepared.task.model
    initialise(model, prepared.request.training)
    if task == "copy-memory":
        prepared.task.score = lambda: symbol_error(prepared.task)  # type: ignore[method-assign]
    started, began, solved = time.monotonic(), time.process_time(), False
    with tempfile.TemporaryDirectory() as folder:
        methods = methods_of(prepared.request, model)
        training = Training(prepared.task, prepared.request.training, methods, Path(folder), reporter)
        try:
            training.run()
        except Solved:
            solved = True
        except TimeoutError:
            pass
    return {
        "task": task,
        "setting": setting,
        "length": length,
        "solved": solved,
        "best": reporter.best,
        "updates": training.progress.updates,
        "minutes": (time.monotonic() - started) / 60,
        "cpu_minutes": (time.process_time() - began) / 60,
        "hidden": given.hidden,
        "learning_rate": given.rate,
        "schedule": given.schedule,
        "seed": given.seed,
        "budget": given.minutes,
        "budget_updates": given.updates,
    }


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows in a file; none without a file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def table(path: Path) -> str:
    """Print settings in rows and lengths in columns: minutes until solved, or the best score if not solved."""
    rows = rows_of(path)
    lines = []
    for task in dict.fromkeys(row["task"] for row in rows):
        own = [row for row in rows if row["task"] == task]
        lengths = sorted({row["length"] for row in own})
        lines += [f"{task}:", "", "| setting | " + " | ".join(f"T = {length}" for length in lengths) + " |"]
        lines.append("| --- |" + " ---: |" * len(lengths))
        for setting in dict.fromkeys(row["setting"] for row in own):
            cells = []
            for length in lengths:
                found = [row for row in own if (row["setting"], row["length"]) == (setting, length)]
                best = min(found, key=lambda row: (not row["solved"], row["best"]), default=None)
                if best is None:
                    cells.append("–")
                elif best["solved"]:
                    cells.append(f"**{best['minutes']:.1f} min** ({best['updates']:,})")
                else:
                    cells.append(f"no: {best['best']:.3f}")
            lines.append(f"| {setting} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Run the settings at growing lengths."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", default="adding")
    parser.add_argument("--setting", default=",".join(SETTINGS))
    parser.add_argument("--length", default="50,100,200,400,600,1000")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument(
        "--updates", type=int, default=0, help="Stop at the first epoch after these; 0: no limit."
    )
    parser.add_argument("--schedule", default="constant", help="cosine: the rate falls to 0 at --updates.")
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("memory_tasks.jsonl"))
    parser.add_argument("--table", action="store_true", help="Print the table of the rows in --out.")
    given = parser.parse_args()
    if given.table:
        print(table(given.out))
        return
    for task in given.task.split(","):
        for setting in given.setting.split(","):
            climb(task, setting, given)


def climb(task: str, setting: str, given: argparse.Namespace) -> None:
    """Run a setting at each length that the file does not have, up to the first that it does not solve."""
    done = {(row["task"], row["setting"], row["length"]): row for row in rows_of(given.out)}
    for length in map(int, given.length.split(",")):
        row = done.get((task, setting, length))
        if row is None:
            row = run(task, setting, length, given)
            with given.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps(row), flush=True)
        if not row["solved"]:
            break


if __name__ == "__main__":
    main()
