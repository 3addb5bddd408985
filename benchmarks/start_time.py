"""Time of short commands from the shell relative to an import of torch: `python benchmarks/start_time.py`.

Each command alternates with `import torch`, after one run of each that warms the disk cache. Prints medians of seven
runs, their ratio, the ratio of CPU time (which other load hardly changes) and the peak memory. Goals: 0.45 for `tag`,
0.55 for `translate`, 150 MB.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

TORCH = [sys.executable, "-c", "import torch"]
SEQKIT = [sys.executable, "-m", "seqkit"]
COMMANDS: dict[str, list[str]] = {
    "tag": ["tag", "Time flies."],
    "translate": ["translate", "Wie geht's?"],
    "translate, greedy": ["translate", "--beam", "1", "Wie geht's?"],
    "--help": ["--help"],
    "plugins": ["plugins"],
    "models list": ["models", "list"],
    "corpora list": ["corpora", "list"],
}
"""Name of a row -> arguments of `seqkit`."""


class Run(NamedTuple):
    """Measurements of one process."""

    seconds: float
    cpu: float
    """Seconds of processor time."""
    megabytes: float
    """Peak memory in MB."""


def run(command: list[str]) -> Run:
    """Run a command. Raises RuntimeError if it fails."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)}: ended with status {status}")
    return Run(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def medians(runs: list[Run]) -> Run:
    """Median times, and the highest peak of memory."""
    return Run(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.megabytes for run in runs),
    )


def compare(arguments: list[str], runs: int) -> tuple[Run, Run]:
    """Measurements of a command and of `import torch`."""
    pairs = [(run([*SEQKIT, *arguments]), run(TORCH)) for _ in range(runs + 1)][1:]
    return medians([ours for ours, _ in pairs]), medians([theirs for _, theirs in pairs])


def main() -> None:
    """Measure every command and print one row each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=list(COMMANDS), choices=COMMANDS)
    arguments = parser.parse_args()
    print(f"{'command':<20}{'seconds':>9}{'torch':>9}{'ratio':>8}{'of cpu':>8}{'MB':>7}")
    for name in arguments.only:
        ours, torch = compare(COMMANDS[name], arguments.runs)
        ratios = f"{ours.seconds / torch.seconds:>8.2f}{ours.cpu / torch.cpu:>8.2f}"
        print(
            f"{name:<20}{ours.seconds:>9.3f}{torch.seconds:>9.3f}{ratios}{ours.megabytes:>7.0f}", flush=True
        )


if __name__ == "__main__":
    main()
