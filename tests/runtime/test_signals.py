"""A signal ends a command at once, with one line and 128 + its number, whatever it interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

SLOW = """
import os, signal, time
try:
    os.kill(os.getpid(), {number})
    time.sleep(1)
except BaseException:
    print("swallowed")
"""


def start(code: str, folder) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_module_that_is_being_imported_cannot_swallow_a_signal(tmp_path, number):
    (tmp_path / "slow_module.py").write_text(SLOW.format(number=int(number)))
    found = start(
        "from seqkit.runtime.signals import end_on_signals; end_on_signals()\nimport slow_module\nprint('went on')",
        tmp_path,
    )
    assert (found.returncode, found.stdout) == (128 + number, "")
    assert len(found.stderr.splitlines()) == 1


def test_a_signal_during_an_import_removes_the_bar_and_shows_the_cursor(tmp_path):
    (tmp_path / "slow_module.py").write_text(SLOW.format(number=int(signal.SIGTERM)))
    found = start(
        "from seqkit.runtime.signals import bar_shown, end_on_signals; end_on_signals(); bar_shown(True)\n"
        "import slow_module",
        tmp_path,
    )
    assert found.stderr.endswith("\x1b[2K\x1b[?25hseqkit: ended by SIGTERM; no half-written file was left\n")


def test_the_first_signal_decides_and_the_second_leaves_no_half_written_file(tmp_path):
    code = (
        "import os, signal\nfrom seqkit.io.atomic import atomic_write\n"
        "from seqkit.runtime.signals import end_on_signals\nend_on_signals()\n"
        f"with atomic_write({str(tmp_path / 'out.txt')!r}) as file:\n"
        "    try:\n        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    except BaseException:\n        os.kill(os.getpid(), signal.SIGINT)\n        print('went on')\n"
    )
    found = start(code, tmp_path)
    assert (found.returncode, found.stdout) == (128 + signal.SIGTERM, "")
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_is_done_ends_without_a_word(tmp_path):
    code = (
        "import os, signal\nfrom seqkit.runtime.signals import command_done, end_on_signals\n"
        "end_on_signals()\ncommand_done()\nos.kill(os.getpid(), signal.SIGTERM)"
    )
    found = start(code, tmp_path)
    assert (found.returncode, found.stderr) == (143, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_commands_are_built_is_one_line(tmp_path, number):
    code = (
        "import os, sys, typer\nfrom seqkit.__main__ import main\n"
        f"def build(*_): os.kill(os.getpid(), {int(number)})\n"
        "typer.main.get_command = build\nsys.argv = ['seqkit', 'plugins']\nmain()"
    )
    found = start(code, tmp_path)
    assert (found.returncode, found.stdout) == (128 + number, "")
    assert len(found.stderr.splitlines()) == 1, found.stderr
