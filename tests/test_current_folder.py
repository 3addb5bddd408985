"""Nothing is imported from the folder that a command runs in, whatever the files there are called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqkit.runtime.search_path import SAFE_PATH, current_folder_off_path

STARTS_A_WORKER = """
if __name__ == "__main__":
    from seqkit.inference.pool import Job, Worker

    with Worker(Job(dict, dict.get)) as worker:
        worker.send("anything")
        print(worker.take())
"""


@pytest.fixture
def hostile(tmp_path):
    """A folder with a file for each module of the standard library that Python finds on the path."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in sys.stdlib_module_names - set(sys.builtin_module_names):
        (folder / f"{name}.py").write_text(f"import sys\nsys.stderr.write('imported: {name}')\n1 / 0\n")
    return folder


def run(arguments: list[str], folder: Path) -> str:
    """Standard output of a command that must succeed and keep silent."""
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_files_would_be_imported(hostile):
    done = subprocess.run(
        [sys.executable, "-c", "import socket"], cwd=hostile, capture_output=True, text=True
    )
    assert "imported: socket" in done.stderr


@pytest.mark.parametrize("start", [["-m", "seqkit"], ["-mseqkit"], ["-Bm", "seqkit"], ["script"]])
def test_commands_import_nothing_from_the_current_folder(hostile, start):
    start = [str(Path(sys.executable).parent / "seqkit")] if start == ["script"] else [sys.executable, *start]
    assert "left\tleave\tVERB" in run([*start, "tag", "She left."], hostile)


def test_workers_import_nothing_from_the_current_folder(hostile, tmp_path):
    """`spawn` starts them with `python -c`, which looks there first."""
    script = tmp_path / "starts_a_worker.py"
    script.write_text(STARTS_A_WORKER)
    assert run([sys.executable, str(script)], hostile) == "None\n"


def test_workers_leave_the_environment_as_it_was(monkeypatch):
    for before in (None, "", "1"):
        monkeypatch.delenv(SAFE_PATH, raising=False)
        if before is not None:
            monkeypatch.setenv(SAFE_PATH, before)
        with current_folder_off_path():
            assert os.environ[SAFE_PATH] == "1"
        assert os.environ.get(SAFE_PATH) == before
