"""Peak memory of a batch's driver and workers for several kinds of input.

    python benchmarks/batch_memory.py --of text gz line empty bomb
    python benchmarks/batch_memory.py --of text gz --cheap       # a task without a model, to the end of the input

Prints for each input the peak of the driver, of the largest worker, and of a worker after its first part. A run is
stopped after `--minutes`; the bytes of the input that it had read are printed, too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

SENTENCE = "The old man the boat {0} times, as Mary said on day {0}. Who knows? It rained.\n"


class Peak(NamedTuple):
    """Measurements of a run."""

    seconds: float
    read: int
    first: int
    """Peak memory of a worker after its first part, in bytes."""
    worker: int
    driver: int
    state: str


def lines(size: int) -> Iterator[str]:
    """Yield about `size` bytes of text, with distinct lines and a paragraph every ten lines."""
    written = number = 0
    while written < size:
        number += 1
        line = SENTENCE.format(number) + ("\n" if number % 10 == 0 else "")
        written += len(line)
        yield line


def text(folder: Path, size: int) -> Path:
    """Write raw text."""
    path = folder / "raw.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines(size))
    return path


def packed(folder: Path, size: int) -> Path:
    """Write raw text, compressed."""
    path = folder / "raw.txt.gz"
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        file.writelines(lines(size))
    return path


def one_line(folder: Path, size: int) -> Path:
    """Write one line without a line end."""
    path = folder / "line.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(line.replace("\n", " ") for line in lines(size))
    return path


def empty_lines(folder: Path, size: int) -> Path:
    """Write empty lines, then a sentence."""
    path = folder / "empty.txt"
    path.write_bytes(b"\n" * size + b"The end.\n")
    return path


def bomb(folder: Path, size: int) -> Path:
    """Write a small file that decompresses to `size` equal bytes."""
    path = folder / "bomb.txt.gz"
    block = b"\0" * (1 << 20)
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(size >> 20):
            file.write(block)
    return path


INPUTS: dict[str, tuple[Callable[[Path, int], Path], int]] = {
    "text": (text, 10**9),
    "gz": (packed, 10**9),
    "line": (one_line, 10**8),
    "empty": (empty_lines, 10**7),
    "bomb": (bomb, 10 * 2**30),
}
"""Name -> function that writes the input, and its decompressed size."""


def rows_of(out: Path) -> list[dict[str, int]]:
    """The rows of committed parts."""
    found = []
    for log in (out / ".seqkit" / "log").glob("*.jsonl"):
        for line in log.read_text().splitlines():
            if '"part"' in line and line.endswith("}"):
                found.append(json.loads(line))
    return sorted((row for row in found if "memory" in row), key=lambda row: row["time"])


def driver_peak(pid: int) -> int:
    """The peak resident memory of a process so far."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if "VmHWM" in line), 0)


def measure(source: Path, out: Path, minutes: float, verb: list[str]) -> Peak:
    """Run a batch for at most `minutes`. Args: verb, with its options."""
    command = [sys.executable, "-m", "seqkit", "batch", *verb, str(source), "-o", str(out)]
    begun, driver = time.monotonic(), 0
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and time.monotonic() - begun < 60 * minutes:
        driver = max(driver, driver_peak(process.pid))
        time.sleep(0.5)
    stopped = process.poll() is None
    if stopped:
        process.terminate()  # a shell in the background ignores SIGINT for its commands
    _, output = process.communicate()
    rows = rows_of(out)
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(str(row["worker"]), row["memory"])
    lines = [line for line in output.splitlines() if line.startswith(("finished", "seqkit:"))] or [
        output.strip()
    ]
    state = "stopped" if stopped else lines[-1].replace(f"{out.parent}/", "")[:160]
    return Peak(
        time.monotonic() - begun,
        sum(row["source"] for row in rows),
        max(first.values(), default=0),
        max((row["memory"] for row in rows), default=0),
        driver,
        state,
    )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", nargs="+", default=list(INPUTS), choices=list(INPUTS))
    parser.add_argument("--out", type=Path, default=Path("build/memory"))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes")
    parser.add_argument("--cheap", action="store_true", help="a task without a model (cheap_task.py)")
    given, options = parser.parse_known_args()
    verb = ["tag", "--label", "upos"]
    if given.cheap:
        verb = ["count", "--plugin", str(Path(__file__).with_name("cheap_task.py"))]
    given.out.mkdir(parents=True, exist_ok=True)
    print("| input | read | s | driver MB | worker after its first part MB | worker MB | state |")
    print("| - | - | - | - | - | - | - |")
    for name in given.of:
        write, size = INPUTS[name]
        source = write(given.out, int(size * given.scale))
        out = given.out / f"out-{name}"
        shutil.rmtree(out, ignore_errors=True)
        peak = measure(source, out, given.minutes, [*verb, *(options or ["--processes", "1"])])
        megabytes = [f"{count / 1e6:,.0f}" for count in (peak.driver, peak.first, peak.worker)]
        read = f"{peak.read / 1e6:,.1f} of {source.stat().st_size / 1e6:,.1f} MB"
        print(
            f"| {name} | {read} | {peak.seconds:.0f} | {' | '.join(megabytes)} | {peak.state} |", flush=True
        )
        source.unlink()
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
