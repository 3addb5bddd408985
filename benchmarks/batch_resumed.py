"""Measure how much a batch that was killed at 99 % reads and processes again when its command is repeated.

    python benchmarks/batch_resumed.py

One file of 50 MB, and 200 files of 250 kB, go through a task without a model (`cheap_task.py`) until 99 % of the parts
are committed; then the run is killed (kill -9). strace counts the input bytes that all processes of the repetition read
(`read` and `pread64`). The parts that it processes are the rows that it adds to the logs.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from killing import committed

PLUGIN = Path(__file__).with_name("cheap_task.py")
LINE = "The old man went %d times to the sea, as Mary said. Who knows why? It rained all day.\n\n"
READ = re.compile(r"(?:read|pread64)\(\d+<([^>]*)>.* = (\d+)$")


def write(path: Path, size: int, first: int) -> None:
    """Write paragraphs."""
    count = size // len(LINE)
    path.write_text("".join(LINE % number for number in range(first, first + count)), encoding="utf-8")


def command(source: Path, out: Path, size: str) -> list[str]:
    """The command of the batch."""
    options = ["--plugin", str(PLUGIN), "--part-size", size, "--processes", "2"]
    return [sys.executable, "-m", "seqkit", "batch", "count", str(source), "-o", str(out), *options]


def kill_at(share: float, parts: int, run: list[str], out: Path) -> int:
    """Kill a run when this share of its parts is committed. Returns the number of committed parts."""
    process = subprocess.Popen(run, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(committed(out)) < share * parts:
        time.sleep(0.005)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(2)  # for the workers, which end with the driver
    return len(committed(out))


def bytes_read(trace: Path, source: Path) -> int:
    """Bytes of the inputs in a trace."""
    total = 0
    with open(trace, encoding="utf-8", errors="replace") as file:
        for line in file:
            found = READ.search(line.rstrip())
            if found and found[1].startswith(str(source)):
                total += int(found[2])
    return total


def measure(name: str, source: Path, folder: Path, part_size: str) -> None:
    """Print a row."""
    whole, out, trace = folder / "whole", folder / "out", folder / "trace"
    for path in (whole, out):
        shutil.rmtree(path, ignore_errors=True)
    subprocess.run(command(source, whole, part_size), check=True, stderr=subprocess.DEVNULL)
    parts = len(committed(whole))
    before = kill_at(0.99, parts, command(source, out, part_size), out)
    tracer = ["strace", "-f", "-qq", "-y", "-s", "0", "-e", "trace=read,pread64", "-o", str(trace)]
    subprocess.run([*tracer, *command(source, out, part_size)], check=True, stderr=subprocess.DEVNULL)
    files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    share = 100 * (len(committed(out)) - before) / parts
    read = bytes_read(trace, source)
    same = all(
        path.read_bytes() == (out / path.relative_to(whole)).read_bytes() for path in whole.rglob("*.txt")
    )
    cells = (name, f"{before} of {parts} parts", f"{100 * read / size:.2f} %", f"{share:.2f} %", same)
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/resumed"))
    given = parser.parse_args()
    folder = given.out.resolve()
    many, one = folder / "many", folder / "one.txt"
    shutil.rmtree(folder, ignore_errors=True)
    many.mkdir(parents=True)
    write(one, 50_000_000, 0)
    for number in range(200):
        write(many / f"{number:03d}.txt", 250_000, number * 10_000)
    print(
        "| input | killed after | bytes read again | parts processed | outputs equal |\n| - | - | - | - | - |"
    )
    measure("one file of 50 MB", one, folder, "100000")
    measure("200 files of 250 kB", many, folder, "250000")


if __name__ == "__main__":
    main()
