"""The command line, run in this process as a user would run it."""

from __future__ import annotations

import io
import sys
from typing import NamedTuple

import pytest

from seqkit.cli.app import main


class Outcome(NamedTuple):
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def seqkit(monkeypatch, capfd):
    """Run `seqkit ARGUMENTS` with the given standard input. A traceback fails the test."""

    def run(*arguments, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["seqkit", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = 0
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Outcome(code, out, err)

    return run
