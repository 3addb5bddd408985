"""Help pages: options in groups, examples that exist, and tables that do not break words on a narrow terminal."""

from __future__ import annotations

import re

import pytest
import typer

from seqkit.cli.app import app
from seqkit.terminal import tables


@pytest.mark.parametrize(
    ("command", "groups"),
    [
        (["tag"], ["Arguments", "Output", "Input", "Computing", "Options"]),
        (["translate"], ["Arguments", "Output", "Search and draws", "Input", "Computing", "Options"]),
        (["evaluate"], ["Arguments", "Output", "Computing", "Options"]),
        (["models", "info"], ["Arguments", "Options"]),
    ],
)
def test_options_are_in_groups(seqkit, command, groups):
    found = seqkit(*command, "--help").out
    headings = re.findall(r"^([A-Z][a-z ]+):$", found, re.MULTILINE)
    assert set(groups) <= set(headings) and headings[-1] == "Options"
    assert max(map(len, found.splitlines())) <= 80


def commands() -> list[list[str]]:
    """Every command and group of commands, as typed after `seqkit`."""
    group = typer.main.get_command(app)
    context = typer.Context(group, info_name="seqkit")
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = command.list_commands(context) if hasattr(command, "list_commands") else []
        found += [[name], *([name, one] for one in inner)]
    return [command for command in found if command != ["help"]]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_help_page_has_examples_with_existing_options_on_80_columns(seqkit, command):
    found = seqkit(*command, "--help").out
    assert max(map(len, found.splitlines())) <= 80
    assert not re.search(r"\.\.\.$", found.partition("\nCommands:")[2], re.MULTILINE)  # no summary is cut off
    examples = found.partition("Examples:")[2].partition("\n\n")[0].replace("\\\n", " ")
    lines = re.findall(r"^ +.*\bseqkit (.*)$", examples, re.MULTILINE)
    own = [line for line in lines if line.startswith(" ".join(command))]
    assert own, found
    shown = "".join(seqkit(*words(line), "--help").out for line in own)
    named = {option for line in own for option in re.findall(r"--[a-z-]+", line)}
    assert named <= set(re.findall(r"--[a-z-]+", shown.replace(examples, "")))


def words(line: str) -> list[str]:
    """The command that an example names."""
    first, *rest = line.split()
    return [first, *rest[:1]] if first in ("batch", "corpora", "models", "plugins") and rest else [first]


class Terminal:
    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.text += text


def test_a_wide_table_is_wrapped_between_words(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    monkeypatch.setattr(tables, "data_text", lambda: terminal)
    words = [f"word{number}" for number in range(30)]
    tables.print_table(("name", "meaning", "n"), [("a", " ".join(words), "1"), ("b", "short", "2")])
    lines = terminal.text.splitlines()
    assert max(map(len, lines)) <= 60 and len(lines) > 4
    assert re.findall(r"word\d+", terminal.text) == words


def test_paths_in_a_wide_table_are_broken_after_a_slash(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    monkeypatch.setattr(tables, "data_text", lambda: terminal)
    path = "/home/someone/" + "/".join(["folder"] * 9)
    tables.print_table(("name", "licence", "where"), [("a", "one of the long names of licences", path)])
    lines = terminal.text.splitlines()
    assert max(map(len, lines)) <= 60 and all(line.endswith("/") for line in lines[2:-1])
    assert "".join(line.rpartition("  ")[2].strip() for line in lines[1:]) == path
