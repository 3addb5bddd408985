"""How long the light commands take, from the shell's view: `python benchmarks/start_up.py`.

The goal is 0.3 s each. Prints the fastest and the median of ten runs, after one that warms the disk cache.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = (["--help"], ["plugins"], ["models", "list"], ["corpora", "list"])
RUNS = 10


def seconds(arguments: list[str]) -> float:
    """Wall time of one run of `seqkit`."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "seqkit", *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> None:
    """Measure every command and print one row each."""
    print(f"{'command':<16}{'fastest':>9}{'median':>9}")
    for arguments in COMMANDS:
        seconds(arguments)
        times = [seconds(arguments) for _ in range(RUNS)]
        print(f"{' '.join(arguments):<16}{min(times):>8.2f}s{statistics.median(times):>8.2f}s")


if __name__ == "__main__":
    main()
