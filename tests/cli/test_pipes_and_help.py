"""Shell conventions: help in every form, and output to a closed pipe or a full disk."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LIGHT = [["--help"], ["--version"], ["plugins"], ["help", "tag"], ["models", "list"], ["tag", "--help"]]


def run(arguments: list[str], stdout) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "seqkit", *arguments]
    return subprocess.run(line, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, timeout=60)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")
@pytest.mark.parametrize("arguments", LIGHT, ids=" ".join)
def test_a_full_disk_is_one_line(arguments):
    with open("/dev/full", "w") as full:
        found = run(arguments, full)
    assert (found.returncode, found.stderr) == (1, "seqkit: standard output: No space left on device\n")


@pytest.mark.parametrize("arguments", LIGHT, ids=" ".join)
def test_a_closed_pipe_is_not_an_error(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as nobody:
        found = run(arguments, nobody)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        (["-h"], ["--help"]),
        (["help"], ["--help"]),
        (["-V"], ["--version"]),
        (["help", "corpora", "get"], ["corpora", "get", "--help"]),
        (["tag", "-h"], ["tag", "--help"]),
        (["help", "help"], ["help", "--help"]),
    ],
)
def test_help_and_version_have_short_forms(seqkit, asked, same):
    first, second = seqkit(*asked), seqkit(*same)
    assert first == second and first.code == 0 and first.out


@pytest.mark.parametrize(
    ("asked", "near"),
    [(["help", "tga"], "tag"), (["help", "corpora", "gte"], "get"), (["tga", "x"], "tag")],
    ids=str,
)
def test_an_unknown_command_is_refused_with_the_nearest_name(seqkit, asked, near):
    found = seqkit(*asked)
    assert found.code == 2 and f"Did you mean '{near}'?" in found.err


def test_the_shell_can_complete_commands():
    environment = os.environ | {
        "_SEQKIT_COMPLETE": "complete_bash",
        "COMP_WORDS": "seqkit t",
        "COMP_CWORD": "1",
    }
    line = [
        sys.executable,
        "-c",
        "import sys; sys.argv[0] = 'seqkit'; from seqkit.__main__ import main; main()",
    ]
    found = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert found.stdout.split() == ["tag", "translate", "train"]
