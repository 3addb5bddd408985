"""Atomic writes: files are complete or absent; targets that must not be replaced."""

from __future__ import annotations

import gzip
import os
import stat
import subprocess
import sys
import threading

import pytest

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write, write_text


def write(path, text):
    with atomic_write(path) as file:
        file.write(text.encode())


def test_an_error_leaves_what_was_there(tmp_path):
    target = tmp_path / "out.txt"
    target.write_text("before")
    with pytest.raises(ZeroDivisionError), atomic_write(target) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_signal_as_the_file_is_made_leaves_nothing(tmp_path, monkeypatch):
    make = os.open

    def interrupted(path, flags, mode=0o777):
        os.close(make(path, flags, mode))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "out.txt", "after")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link(tmp_path, there):
    (tmp_path / "store").mkdir()
    real, link = tmp_path / "store" / "real.txt", tmp_path / "link.txt"
    if there:
        real.write_text("before")
    link.symlink_to("store/real.txt")
    with atomic_write(link) as file:
        file.write(b"after")
    assert link.is_symlink()
    assert real.read_text() == "after"
    assert list((tmp_path / "store").iterdir()) == [real]


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="the system has no name for an open stream")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_an_open_stream_is_continued(tmp_path, name):
    """By its name alone the file that a shell adds to would be replaced."""
    path = tmp_path / "all.txt"
    path.write_text("before\n")
    code = f"from seqkit.io.atomic import atomic_write as w\nwith w({name!r}) as f: f.write(b'through\\n')"
    with open(path, "a") as file:
        subprocess.run([sys.executable, "-c", code], stdout=file, check=True)
        file.write("after\n")
    assert path.read_text() == "before\nthrough\nafter\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no disk that is always full")
def test_a_full_disk_is_named():
    with pytest.raises(SeqkitError, match=r"/dev/full: cannot be written .No space left on device"):
        write("/dev/full", "through")


@pytest.mark.parametrize("linked", [True, False])
def test_a_pipe_is_written_to(tmp_path, linked):
    pipe, target = tmp_path / "pipe", tmp_path / "pipe"
    os.mkfifo(pipe)
    if linked:
        target = tmp_path / "link"
        target.symlink_to(pipe)
    # Open for reading and writing, so that neither side waits for the other when the test fails.
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        write(target, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_gets_what_is_packed(tmp_path):
    pipe = tmp_path / "out.gz"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write(pipe, "through")
    reader.join(5)
    assert [gzip.decompress(data) for data in got] == [b"through"]


@pytest.mark.parametrize("name", ["out.gz", "OUT.GZ"])
def test_gz_packs_in_either_case(tmp_path, name):
    write_text(tmp_path / name, "text")
    assert gzip.decompress((tmp_path / name).read_bytes()) == b"text"


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(SeqkitError, match="is a folder"):
        write_text(tmp_path, "")
    with pytest.raises(SeqkitError, match="does not exist"):
        write_text(tmp_path / "none" / "x", "")


def test_in_a_folder_of_seqkits_own_a_link_is_refused(tmp_path):
    (tmp_path / "other.txt").write_text("before")
    link = tmp_path / "model" / "README.md"
    link.parent.mkdir()
    link.symlink_to("../other.txt")
    with pytest.raises(SeqkitError, match=r"README\.md: is a link"):
        write_text(link, "after")
    assert (tmp_path / "other.txt").read_text() == "before" and link.is_symlink()
