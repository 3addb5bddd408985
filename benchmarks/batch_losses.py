"""Compare the losses of seqkit batch, datatrove and Ray Data for a file with a bad byte, and after a kill -9.

    python benchmarks/batch_losses.py

Each tool copies JSON Lines (seqkit tags them) to an output folder. First, one byte of record 1,001 is not UTF-8. Then,
of a good file, the tool is killed when half of the records are in its output folder, and its command is repeated: rows
under final names after the kill, and records that are missing or doubled after the repetition.

datatrove needs orjson, and Ray Data needs pandas. A tool that cannot copy a good file is named instead of measured.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ENV = {
    **os.environ,
    "OMP_NUM_THREADS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",
}
BAD = 1001
"""Number of the record with the bad byte."""

DATATROVE = """
import sys, time
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
def step(documents, rank=0, world_size=1):
    for document in documents:
        time.sleep(float(sys.argv[4]))
        yield document
steps = [JsonlReader(sys.argv[1], text_key="body"), step, JsonlWriter(sys.argv[2], compression=None)]
if __name__ == "__main__":
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=sys.argv[3]).run()
"""
RAY_DATA = """
import sys, time
import ray
def step(row, seconds=float(sys.argv[4])):  # a worker has other arguments
    time.sleep(seconds)
    return row
ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
rows = ray.data.read_json(sys.argv[1], lines=True, override_num_blocks=8)
rows.map(step).write_json(sys.argv[2])
"""


class Tool(NamedTuple):
    """A tool: its command for input folder, output folder, folder for logs, and seconds that each record takes."""

    name: str
    command: Callable[[Path, Path, Path, float], list[str]]
    rows: Callable[[Path], list[str]]
    """The ids of the records under final names in an output folder."""


def seqkit(source: Path, out: Path, logs: Path, seconds: float) -> list[str]:
    """Tags the records, in about a millisecond each."""
    fields = ["--text-field", "body", "--id-field", "id", "--label", "upos", "--format", "jsonl"]
    sizes = ["--part-size", "20000", "--processes", "1"]
    return [sys.executable, "-m", "seqkit", "batch", "tag", str(source), "-o", str(out), *fields, *sizes]


def script(code: str) -> Callable[[Path, Path, Path, float], list[str]]:
    """A tool that a script runs."""

    def command(source: Path, out: Path, logs: Path, seconds: float) -> list[str]:
        # In a separate folder, so that no other file can be imported.
        path = Path(tempfile.mkdtemp()) / "run.py"
        path.write_text(code, encoding="utf-8")
        return [sys.executable, str(path), str(source), str(out), str(logs), str(seconds)]

    return command


def ids(out: Path) -> list[str]:
    """The ids of the records in all JSON files below a folder; incomplete lines are ignored."""
    found = []
    for path in [*out.rglob("*.json"), *out.rglob("*.jsonl")]:
        if ".seqkit" in path.parts or path.name == "errors.jsonl":
            continue
        for line in path.read_bytes().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            name = row.get("document", row.get("id"))
            found += [str(name)] if name is not None else []
    return found


TOOLS = (
    Tool("seqkit batch", seqkit, ids),
    Tool("datatrove", script(DATATROVE), ids),
    Tool("Ray Data", script(RAY_DATA), ids),
)


def write(folder: Path, records: int, bad: bool) -> Path:
    """Write JSON Lines into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open(folder / "rows.jsonl", "wb") as file:
        for number in range(1, records + 1):
            wrong = b"\xff" if bad and number == BAD else b""
            file.write(b'{"id": "r%d", "body": "Row %d.%s"}\n' % (number, number, wrong))
    return folder


def fault_of(tool: Tool, folder: Path, records: int = 50) -> str:
    """The last line of a tool's error if it does not copy a small good file, such as a missing package; else ""."""
    source, out = write(folder / "small", records, bad=False), folder / "small-out"
    for path in (out, folder / "logs"):
        shutil.rmtree(path, ignore_errors=True)
    ran = subprocess.run(
        tool.command(source, out, folder / "logs", 0), env=ENV, capture_output=True, text=True
    )
    if ran.returncode == 0 and len(tool.rows(out)) == records:
        return ""
    return (ran.stderr.strip().splitlines() or ["no message"])[-1]


def bad_byte(tool: Tool, folder: Path, records: int) -> list[str]:
    """Exit code of a run over a file with a bad byte, and the records that it wrote."""
    source, out = write(folder / "bad", records, bad=True), folder / "bad-out"
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(folder / "logs", ignore_errors=True)
    ran = subprocess.run(tool.command(source, out, folder / "logs", 0), env=ENV, capture_output=True)
    return [str(ran.returncode), f"{len(set(tool.rows(out))):,} of {records - 1:,}"]


def kill(tool: Tool, folder: Path, records: int) -> list[str]:
    """Kill a run, repeat its command: rows under final names between the two, and missing and doubled ones after."""
    source, out = write(folder / "good", records, bad=False), folder / "good-out"
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(folder / "logs", ignore_errors=True)
    command = tool.command(source, out, folder / "logs", 0.002)
    process = subprocess.Popen(
        command, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while process.poll() is None and written(out) < records * 10:
        time.sleep(0.05)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(2)  # for processes that end with their parent
    between = len(tool.rows(out))
    ran = subprocess.run(command, env=ENV, capture_output=True)
    found = Counter(tool.rows(out))
    doubled = sum(count - 1 for count in found.values())
    return [f"{between:,}", str(ran.returncode), f"{records - len(found):,}", f"{doubled:,}"]


def written(out: Path) -> int:
    """Bytes in all files below the output folder."""
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file() and path.exists())


TITLES = (
    *("tool", "exit code, one bad byte", "good records written", "records under final names after kill -9"),
    *("exit code of the repetition", "then missing", "then doubled"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/losses"))
    parser.add_argument("--records", type=int, default=40_000, help="of the file with a bad byte")
    parser.add_argument("--killed", type=int, default=5_000, help="records of the run that is killed")
    given = parser.parse_args()
    print(f"| {' | '.join(TITLES)} |\n{'| - ' * len(TITLES)}|")
    for tool in TOOLS:
        folder = given.out.resolve() / tool.name.replace(" ", "-")
        if fault := fault_of(tool, folder):
            print(f"| {tool.name} | cannot run: {fault} |", flush=True)
            continue
        cells = [tool.name, *bad_byte(tool, folder, given.records), *kill(tool, folder, given.killed)]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
