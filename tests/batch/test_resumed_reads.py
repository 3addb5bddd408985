"""A continued run reads few bytes of its finished inputs."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from seqkit.batch import sources
from seqkit.batch.inputs import InputFile
from seqkit.batch.ledger import Ledger
from seqkit.batch.planning import Planner
from seqkit.batch.store_local import LocalStore
from seqkit.batch.units import Unit
from seqkit.tasks.application import Limits

LIMITS = Limits(1_000_000, 1 << 18)


@pytest.fixture
def read(monkeypatch):
    """A list of how many bytes each read of an input gave."""
    sizes = []
    real = sources.opened_raw

    class Counting:
        def __init__(self, file):
            self.file = file

        def read(self, size=-1):
            data = self.file.read(size)
            sizes.append(len(data))
            return data

        def __getattr__(self, name):
            return getattr(self.file, name)

    @contextmanager
    def counting(path):
        with real(path) as file:
            yield Counting(file)

    monkeypatch.setattr(sources, "opened_raw", counting)
    return sizes


def planner(path, kind, out):
    status = path.stat()
    ledger = Ledger(LocalStore(str(out)))
    ledger.refresh()
    file = InputFile(str(path), path.name, status.st_size, str(status.st_mtime_ns))
    return ledger, Planner([file], ledger, LIMITS, lambda unit, part: True), Unit(0, (0,), kind)


@pytest.mark.parametrize(
    ("kind", "header", "line"),
    [
        ("text", b"", b"It was the %d. day of the trial, and nobody had asked. Why?\n\n"),
        ("lines", b"", b'{"body": "It was the %d. day of the trial.", "id": 3}\n'),
        ("csv", b"id,body\n", b'%d,"one\nand two"\n'),
    ],
)
def test_at_99_percent_done_two_percent_are_read(tmp_path, read, kind, header, line):
    path = tmp_path / "in"
    path.write_bytes(header + b"".join(line % number for number in range(30_000_000 // len(line))))
    ledger, first, unit = planner(path, kind, tmp_path / "out")
    parts = list(first.parts(unit))
    assert len(parts) > 100 and sum(read) == path.stat().st_size
    for part in parts[:-1]:
        ledger.log({"unit": 0, "part": part.number, "to": part.end.as_list(), "in": part.sha256, "source": 0})
    read.clear()
    _, second, unit = planner(path, kind, tmp_path / "out")
    assert [part.number for part in second.parts(unit)] == [len(parts) - 1]
    assert sum(read) <= 0.02 * path.stat().st_size


def test_finished_files_are_not_opened(batch, tmp_path, read):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(100):
        (folder / f"{number:03d}.txt").write_text(
            f"Number {number} is here. She left it alone, as he said.\n"
        )
    options = ("--part-size", "300", "--label", "upos")
    # Each file is a part of its own, and each part is followed by the job that makes its output.
    assert batch("tag", folder, "-o", out, *options, "--stops-at", "196").code == 130
    done = len(list(out.glob("*.conllu")))
    assert 97 <= done < 100
    read.clear()
    assert batch("tag", folder, "-o", out, *options).code == 0
    assert len(list(out.glob("*.conllu"))) == 100
    assert 0 < sum(read) <= (100 - done) * (folder / "099.txt").stat().st_size
