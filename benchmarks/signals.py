"""Send SIGINT, SIGTERM and SIGHUP to commands at random moments: no traceback, no signal lost, nothing half-written.

python benchmarks/signals.py OUT [--signals 500] [--seed 1]

Appends a line for each signal to OUT/signals.jsonl; the same command continues a stopped campaign. Half of the signals
are sent within the first five seconds of a command, the others at any time. A command that ends earlier does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST = 5.0
"""Seconds that count as the beginning of a command."""
PATIENCE = 30.0
"""Seconds within which a command must end after a signal."""
LINES = 3
"""Maximum lines on stderr after the last progress line: the final message, and how to resume a training."""


@dataclass(frozen=True)
class Command:
    """A command line. `{out}` is a fresh folder, `{text}` a text, `{bank}` a treebank."""

    line: str
    output: str = ""
    """What it writes below `{out}`: complete, or absent."""


COMMANDS = (
    Command("tag {text}"),
    Command("tag {text} -o {out}/x.conllu", "x.conllu"),
    Command("tag {bank} -o {out}/x.jsonl.gz", "x.jsonl.gz"),
    Command("segment {text} -o {out}/x.conllu", "x.conllu"),
    Command("translate {german} -o {out}/x.txt", "x.txt"),
    Command("evaluate en-tagger sample-english"),
    Command("train rnn --corpus sample-english --out {out}/run --set epochs=8 --set hidden=8", "run"),
    Command("batch tag {folder} -o {out}/batch --processes 1", "batch"),
    Command("corpora list"),
    Command("corpora convert {bank} {out}/x.tsv", "x.tsv"),
    Command("models verify en-tagger"),
    Command("plugins"),
    Command("--help"),
    Command("tag 'Time flies like an arrow.'"),
)


def inputs(folder: Path) -> dict[str, str]:
    """Input files, made once."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "Time flies like an arrow. Dr. Smith saw 3 dogs (and a cat) in the garden.\n\n"
    (folder / "text.txt").write_text(text * 600)
    (folder / "german.txt").write_text("Der Hund schläft im Garten.\n" * 80)
    row = "{}\tdog\t_\tNOUN\tNN\t_\t_\t_\t_\t_\n"
    block = "".join(row.format(number) for number in range(1, 13)) + "\n"
    (folder / "bank.conllu").write_text(block * 800)
    (folder / "many").mkdir(exist_ok=True)
    for number in range(4):
        (folder / "many" / f"{number}.txt").write_text(text * 60)
    return {
        **{"text": str(folder / "text.txt"), "german": str(folder / "german.txt")},
        **{"bank": str(folder / "bank.conllu"), "folder": str(folder / "many")},
    }


def started(command: Command, out: Path, files: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a command in a new session with default signal handlers."""
    import shlex

    line = [part.format(out=out, **files) for part in shlex.split(command.line)]
    out.mkdir(parents=True)
    with open(out / "stdout", "wb") as stdout, open(out / "stderr", "wb") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "seqkit", *line],
            stdout=stdout,
            stderr=stderr,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_usual_signals,
        )


def _usual_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def duration(command: Command, place: Path, files: dict[str, str]) -> float:
    """Seconds of an undisturbed run."""
    start = time.monotonic()
    started(command, place, files).wait()
    return time.monotonic() - start


def shoot(command: Command, number: int, after: float, out: Path, files: dict[str, str]) -> dict[str, object]:
    """Send a signal after the given seconds. Returns the result; "early" if the command had already ended."""
    process = started(command, out, files)
    try:
        process.wait(after)
        return {"fault": "early"}
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    sent = time.monotonic()
    try:
        code = process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return {"fault": f"lost: still running after {PATIENCE:g} s"}
    took = time.monotonic() - sent
    said = (out / "stderr").read_text(errors="replace")
    fault = fault_of(command, number, code, took, said, out) or _left(process.pid)
    return {"code": code, "took": round(took, 2), "said": said[-300:], "fault": fault}


def fault_of(command: Command, number: int, code: int, took: float, said: str, out: Path) -> str:
    """The violated condition; "" if none is violated."""
    if "Traceback" in said:
        return "traceback"
    # While Python starts or shuts down, the signal itself ends the process; a shell also shows 128 + its number.
    if code not in (0, 128 + number, -number):
        return f"exit code {code}"
    if code == 0 and took > 1:
        return f"lost: ended {took:.1f} s later with exit code 0"
    if len([line for line in said.replace("\r", "\n").splitlines() if line.startswith("seqkit: ")]) > LINES:
        return "more lines than needed"
    return _half_written(command, out)


def _half_written(command: Command, out: Path) -> str:
    """Name a temporary file or an incomplete output; "" if there is none."""
    parts = [path.name for path in out.rglob(".*.part")]
    if parts and not command.line.startswith("batch"):
        return f"left {parts[0]}"
    path = out / command.output
    if command.output.endswith(".conllu") and path.exists() and not path.read_text().endswith("\n\n"):
        return "half an output"
    return ""


def _left(session: int) -> str:
    """Processes that outlive their command by five seconds."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return ""
        time.sleep(0.1)
    os.killpg(session, signal.SIGKILL)
    return "processes were left"


def main() -> None:
    """Parse the command line and run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--signals", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    files, report = inputs(asked.out / "inputs"), asked.out / "signals.jsonl"
    rows = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
    durations = _durations(asked.out, files)
    tried = rows[-1]["try"] + 1 if rows else 0
    while len(rows) < asked.signals:
        random, tried = Random(f"{asked.seed}:{tried}"), tried + 1
        command, number = random.choice(COMMANDS), random.choice(SIGNALS)
        whole = durations[command.line]
        after = random.uniform(0, min(FIRST, whole) if random.random() < 0.5 else whole)
        place = asked.out / "now"
        shutil.rmtree(place, ignore_errors=True)
        row = shoot(command, number, after, place, files)
        if row["fault"] == "early":
            continue
        rows.append(
            {"try": tried - 1, "line": command.line, "signal": number.name, "after": round(after, 2), **row}
        )
        with open(report, "a", encoding="utf-8") as file:
            file.write(json.dumps(rows[-1]) + "\n")
    print(summary(rows))


def _durations(out: Path, files: dict[str, str]) -> dict[str, float]:
    """Seconds of each command, measured once."""
    path = out / "durations.json"
    if not path.exists():
        shutil.rmtree(out / "whole", ignore_errors=True)
        found = {
            command.line: duration(command, out / "whole" / str(number), files)
            for number, command in enumerate(COMMANDS)
        }
        path.write_text(json.dumps(found))
    known: dict[str, float] = json.loads(path.read_text())
    return known


def summary(rows: list[dict[str, object]]) -> str:
    """The figures of a campaign."""
    faults = Counter(str(row["fault"]) for row in rows if row["fault"])
    codes = Counter(str(row.get("code")) for row in rows)
    lines = [f"{len(rows)} signals, {sum(faults.values())} faults; exit codes {dict(codes)}"]
    return "\n".join(lines + [f"  {fault}: {count}" for fault, count in faults.most_common()])


if __name__ == "__main__":
    main()
