"""Help pages: options in groups, examples that exist, and tables that do not break words on a narrow terminal."""

from __future__ import annotations

import re

import pytest

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
def test_options_stand_in_groups(seqkit, command, groups):
    found = seqkit(*command, "--help").out
    headings = re.findall(r"^([A-Z][a-z ]+):$", found, re.MULTILINE)
    assert set(groups) <= set(headings) and headings[-1] == "Options"
    assert max(map(len, found.splitlines())) <= 80


@pytest.mark.parametrize("command", ["tag", "translate", "train", "evaluate", "generate"])
def test_examples_name_options_that_there_are(seqkit, command):
    found = seqkit(command, "--help").out
    examples = re.findall(
        r"^ +.*\bseqkit (.*)$", found.partition("Examples:")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert examples and all(line.startswith(command) for line in examples)
    named = {option for line in examples for option in re.findall(r"--[a-z-]+", line)}
    assert named <= set(re.findall(r"--[a-z-]+", found.partition("Arguments:")[2]))


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
