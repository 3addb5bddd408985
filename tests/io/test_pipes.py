"""Pausing input is processed at once; input in arbitrary parts is read like input in one part."""

from __future__ import annotations

import os
import threading
import time

import pytest

from seqkit.io import pipes
from seqkit.io.pipes import Paced, PausingReader, pauses

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes cannot be asked there")


@pytest.fixture
def pipe(monkeypatch):
    """A reader, and the descriptor to write to."""
    monkeypatch.setattr(pipes, "PAUSE", 0.2)
    source, target = os.pipe()
    yield PausingReader(source), target
    os.close(source)


def test_a_pause_ends_a_read_and_differs_from_the_end(pipe):
    reader, target = pipe
    reader.report_pauses()
    os.write(target, b"one\ntw")
    assert (reader.readline(), reader.readline(), reader.paused) == (b"one\n", b"tw", True)
    os.write(target, b"o\n")
    assert (reader.readline(), reader.paused) == (b"o\n", False)
    os.close(target)
    assert (reader.readline(), reader.paused) == (b"", False)


def test_by_default_it_waits(pipe):
    reader, target = pipe
    threading.Timer(0.5, os.write, (target, b"late\n")).start()
    assert reader.readline() == b"late\n"
    os.close(target)


def test_a_pause_of_the_items_is_detected(monkeypatch):
    monkeypatch.setattr(pipes, "PAUSE", 0.1)

    def slow():
        yield from range(3)
        time.sleep(0.6)
        yield None

    items, found = Paced(slow()), []
    for item in items:
        found.append((item, pauses(items)))
    assert found == [(0, False), (1, False), (2, True), (None, False)]


def test_an_error_of_the_reader_is_raised_for_the_consumer():
    def broken():
        yield 1
        raise ValueError("no more")

    items = iter(Paced(broken()))
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


def test_items_that_are_not_paced_never_pause():
    items = Paced([1, 2], paced=False)
    assert [pauses(items) for _ in items] == [False, False]
    assert not pauses([1])
