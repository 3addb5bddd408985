"""Progress of a long job on a terminal and elsewhere."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time

import pytest

from seqkit.io.meter import metering
from seqkit.io.text_files import read_lines
from seqkit.terminal import word_counter
from seqkit.terminal.word_counter import WordCounter

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")


class Terminal:
    """A pseudo-terminal of 80 columns; a thread reads what is shown on it."""

    def __init__(self) -> None:
        import fcntl
        import struct
        import termios

        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.stream = os.fdopen(theirs, "w")
        self._shown = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # at the end, on Linux
            while more := os.read(self._ours, 1 << 16):
                self._shown += more

    def has(self, text: bytes) -> bool:
        """Whether this was shown so far."""
        return text in self._shown

    def lines(self) -> list[str]:
        """All that was shown, without control sequences, once it is closed."""
        self.stream.close()
        self._thread.join(timeout=10)
        os.close(self._ours)
        text = re.sub(r"\x1b\[[?\d;]*[a-zA-Z]", "", self._shown.decode())
        return [line for line in text.replace("\r", "\n").splitlines() if line]


@pytest.fixture
def terminal(monkeypatch):
    """A function that puts stderr on a pseudo-terminal. It runs in the test: pytest sets stderr anew for each phase."""

    def put() -> Terminal:
        found = Terminal()
        monkeypatch.setattr(sys, "stderr", found.stream)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("COLUMNS", raising=False)
        monkeypatch.setattr(word_counter, "LIVE_SECONDS", -1)
        monkeypatch.setattr(word_counter, "REFRESH_SECONDS", 0.01)
        return found

    return put


def test_percent_and_time_left_where_the_size_is_known(terminal, tmp_path):
    shown = terminal()
    path = tmp_path / "text.txt"
    path.write_text("a line\n" * 100_000)
    size = path.stat().st_size
    with metering() as meter, WordCounter("tagged", to_file=True, meter=meter, size=size) as counter:
        for number, _ in enumerate(counter.reading(read_lines(path))):
            counter.add(1)
            if number == 50_000:
                halfway = counter.share
                break
    lines = shown.lines()
    assert 0.4 < halfway < 0.6
    assert any(
        re.search(r"━ +\d+%  tagged [\d,]+ words, [\d,]+ words/s, \d+:\d\d left", line) for line in lines
    )
    assert all(len(line) <= 80 for line in lines)
    assert re.fullmatch(r"tagged 50,001 words, [\d,]+ words/s, \d:\d\d", lines[-1])


def test_the_share_never_falls(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a line\n" * 10_000)
    with metering() as meter:
        counter = WordCounter("tagged", meter=meter, size=path.stat().st_size)
        shares = []
        for number, _ in enumerate(counter.reading(read_lines(path)), start=1):
            if number % 1000 == 0:  # a chunk is read, then tagged
                counter.add(1000)
            shares.append(counter.share)
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_bytes_that_are_read_ahead_do_not_count_as_done(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a line\n" * 10_000)

    def blocks():
        lines = [line for _, line in read_lines(path)]  # the whole file, before the first item
        yield from lines

    with metering() as meter:
        counter = WordCounter("tagged", meter=meter, size=path.stat().st_size)
        items = counter.reading(blocks())
        for _ in range(100):
            next(items)
        counter.add(100)
        assert counter.share == 0
        assert len(list(items)) == 9_900
        assert counter.share == 0.01
        counter.add(9_900)
        assert counter.share == 1


def test_no_rate_before_anything_is_done_and_no_percent_without_a_size(terminal):
    shown = terminal()
    with WordCounter("tagged", to_file=True) as counter:
        next(counter.reading(["x"]))
    (first, *_) = [line for line in shown.lines() if "tagged" in line]
    assert "tagged 0 words" in first and "/s" not in first and "%" not in first


def test_the_bar_appears_while_the_first_chunk_is_computed(terminal):
    shown = terminal()
    with WordCounter("tagged", to_file=True) as counter:
        for _ in range(500):  # nothing is counted meanwhile
            if shown.has(b"tagged 0 words"):
                break
            time.sleep(0.01)
        counter.add(3)
    assert "tagged 0 words" in " ".join(shown.lines())


def test_no_bar_is_shown_with_output_on_the_same_terminal(terminal, monkeypatch):
    shown = terminal()
    monkeypatch.setattr(sys, "stdout", sys.stderr)
    with WordCounter("tagged") as counter:
        counter.add(1)
    print("end", file=sys.stderr)
    assert shown.lines() == ["end"]


def test_a_line_is_printed_regularly_if_stderr_is_not_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(word_counter, "PLAIN_SECONDS", -1)
    with WordCounter("translated", "lines") as counter:
        counter.add(3)
    assert re.fullmatch(r"translated 3 lines, [\d,]+ lines/s\n", capsys.readouterr().err)
