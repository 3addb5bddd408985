"""Folders and commands for `batch_corruptions.py`."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

COMMAND = [sys.executable, "-m", "seqkit", "batch"]
OPTIONS = ["--label", "upos", "--processes", "1", "--part-size", "600"]
RECORDS = 40


class Ran(NamedTuple):
    """A finished command."""

    code: int
    said: list[str]
    """The lines of stderr."""


class Found(NamedTuple):
    """The row of a corruption."""

    code: int
    said: str
    kept: str
    """Good records in the outputs, of those in the inputs."""
    after: str = "-"
    """Result of the same command after the cause is removed."""


def ran(*arguments: object, within: str = "") -> Ran:
    """Run a verb of `seqkit batch`. Args: within, a shell command to run before it in a mount namespace."""
    command = [*COMMAND, *map(str, arguments)]
    if within:
        shell = f'{within} && exec "$@"'
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", shell, "sh", *command]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, [line for line in done.stderr.splitlines() if line.strip()])


def rows(count: int = RECORDS) -> list[bytes]:
    """JSON records."""
    return [b'{"id": "%d", "body": "Row %d is here. She left it alone."}\n' % (n, n) for n in range(count)]


def kept(out: Path) -> set[str]:
    """The names of the documents in the outputs."""
    found = set()
    for path in [*out.rglob("*.jsonl"), *out.rglob("*.jsonl.gz")]:
        if ".seqkit" not in path.parts and path.name != "errors.jsonl":
            opened = gzip.open if path.suffix == ".gz" else open
            with opened(path, "rb") as file:
                found |= {row["document"] for row in map(json.loads, file) if row.get("document")}
    return found


def first_error(out: Path) -> str:
    """The first row of errors.jsonl, or the one about the whole file, in words."""
    found = [json.loads(line) for line in (out / "errors.jsonl").read_text(encoding="utf-8").splitlines()]
    row = min(found, key=lambda row: row["line"] is not None)
    line = "" if row["line"] is None else f":{row['line']}"
    return f"{Path(row['file']).name}{line}: {row['reason']}"


class Trial:
    """The folders and the command of one corruption."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.source, self.out, self.folder = folder / "in", folder / "out", folder
        self.source.mkdir(parents=True)

    def tag(self, within: str = "") -> Ran:
        """Run the batch, or continue it."""
        fields = ("--text-field", "body", "--id-field", "id")
        return ran("tag", self.source, "-o", self.out, *fields, *OPTIONS, within=within)

    def write(self, data: bytes, name: str = "a.jsonl") -> None:
        """Write an input."""
        (self.source / name).write_bytes(data)

    def bad_input(self, data: bytes, good: int, name: str = "a.jsonl") -> Found:
        """Process an input with bad records."""
        self.write(data, name)
        found = self.tag()
        return Found(found.code, first_error(self.out), f"{len(kept(self.out))} of {good}")

    def equal(self, expected: dict[str, bytes]) -> str:
        """Continue the run, and compare its outputs with those of an undisturbed one."""
        found = self.tag()
        same = outputs(self.out) == expected
        return f"exit {found.code}, outputs {'equal' if same else 'DIFFER'}"

    def undisturbed(self) -> dict[str, bytes]:
        """The outputs for the same inputs."""
        out, self.out = self.out, self.folder / "whole"
        self.tag()
        self.out = out
        return outputs(self.folder / "whole")


def outputs(out: Path) -> dict[str, bytes]:
    """All files of a run except its ledger."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".seqkit" not in path.relative_to(out).parts
    }
