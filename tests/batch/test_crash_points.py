"""A crash at each call that changes the disk leaves no incomplete output, and the same command continues."""

from __future__ import annotations

import os

import pytest

CALLS = ("replace", "fsync", "link", "unlink", "sync", "mkdir", "ftruncate")


class Crash(BaseException):
    """Simulates the end of the process, which no exception handler catches."""


class Disk:
    """Counts the calls that change the disk. From call `last` on none has an effect, as after kill -9."""

    def __init__(self, monkeypatch):
        self.count, self.last = 0, None
        for name in CALLS:
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, real):
        def call(*arguments, **named):
            self.count += 1
            if self.last is not None and self.count >= self.last:
                raise Crash
            return real(*arguments, **named)

        return call


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("one\ntwo\n" * 100)
    for name in "bc":
        (folder / f"{name}.txt").write_text(f"{name}\n")
    return folder


def outputs(out):
    return {path.name: path.read_bytes() for path in out.glob("*") if path.is_file() and path.name[0] != "."}


def test_after_a_crash_at_any_call_the_same_command_gives_the_same_outputs(
    batch, shout, corpus, tmp_path, monkeypatch
):
    options = ("--part-size", "400", "--prefix", "> ")
    assert batch("shout", corpus, "-o", tmp_path / "first", *options).code == 0
    expected = outputs(tmp_path / "first")
    assert len(expected) == 4
    disk = Disk(monkeypatch)
    assert batch("shout", corpus, "-o", tmp_path / "counted", *options).code == 0
    calls = disk.count
    assert calls > 30
    for number in range(1, calls + 1, 2):
        out = tmp_path / f"out{number}"
        disk.count, disk.last = 0, number
        with pytest.raises(Crash):
            batch("shout", corpus, "-o", out, *options)
        disk.last = None
        found = outputs(out) if out.exists() else {}
        assert all(expected[name] == data for name, data in found.items()), number
        assert "_SUCCESS" not in found or found.keys() == expected.keys(), number
        result = batch("shout", corpus, "-o", out, *options)
        assert result.code == 0, (number, result.err)
        assert outputs(out) == expected, number
        left = [path for path in out.rglob(".*.part") if path.parent.name != "running"]
        assert not left, number
