"""Fuzz formats, strings, media and model folders: no traceback, no hang, memory growth below 1 GB.

python benchmarks/fuzz.py OUT --cases 1000000 [--seed 1] [--target NAME …]

Appends a line for each 5,000 cases to OUT/cases.jsonl; the same command continues a stopped campaign. Seed and number
determine a case: `--case N` runs it again and prints its result.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzzing import folders, media, readers, strings
from fuzzing.run import Targets, run_case, watched

os.environ.setdefault("OMP_NUM_THREADS", "1")
FAST, SLOW = {**readers.TARGETS, **strings.TARGETS, **media.TARGETS}, {**folders.TARGETS}
TARGETS: Targets = {name: (4 * share, run) for name, (share, run) in FAST.items()} | SLOW
"""A model folder takes twenty times as long as another case."""
STEP = 5000
"""Cases for each line of the report, and for each process."""


def main() -> None:
    """Parse the command line and run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="run one case, and show what happens")
    parser.add_argument("--target", action="append", help="only these targets (another campaign)")
    asked = parser.parse_args()
    targets = {name: TARGETS[name] for name in asked.target or TARGETS}
    report = asked.out / "cases.jsonl"
    if any("folder" in name for name in targets):
        folders.trained(asked.out / "models")
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as place:
        folder = Path(place)
        if (asked.out / "models").is_dir():
            (folder / "models").symlink_to((asked.out / "models").resolve())
        if asked.case is not None:
            print(*run_case(asked.seed, asked.case, targets, folder), sep="\n")
            return
        strings.prepare()
        for first in range(_done(report, asked.seed), asked.cases, STEP):
            _step(report, asked.seed, first, min(first + STEP, asked.cases), targets, folder)
    print(summary(report))


def _done(report: Path, seed: int) -> int:
    """Number of the next case to run."""
    rows = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    return max((row["last"] for row in rows if row["seed"] == seed), default=0)


def _step(report: Path, seed: int, first: int, last: int, targets: Targets, folder: Path) -> None:
    start = time.monotonic()
    found = watched(seed, first, last, targets, folder)
    row = {
        **{"seed": seed, "first": first, "last": last, "seconds": round(time.monotonic() - start, 2)},
        **{"taken": found.taken, "refused": found.refused},
        **{"by_target": found.by_target, "failures": found.failures},
    }
    with open(report, "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def summary(report: Path) -> str:
    """The figures of a campaign."""
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    by_target: Counter[str] = Counter()
    for row in rows:
        by_target.update(row["by_target"])
    cases, failures = (
        sum(row["last"] - row["first"] for row in rows),
        sum(len(row["failures"]) for row in rows),
    )
    taken, refused = sum(row["taken"] for row in rows), sum(row["refused"] for row in rows)
    lines = [f"{cases:,} cases: {taken:,} taken, {refused:,} refused, {failures:,} failed"]
    lines += [f"  {name}: {count:,}" for name, count in by_target.most_common()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
