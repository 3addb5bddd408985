"""Standard output contains only data, whatever other code prints and however it prints."""

import os
import subprocess
import sys

import pytest

from seqkit.io.streams import data_stream, data_text, stdout_for_data, stdout_to_stderr


def test_only_data_reach_standard_output(capfd):
    print("before")
    with stdout_for_data():
        print("printed")
        os.write(1, b"written\n")
        print("by the first name", file=sys.__stdout__)
        print("text", file=data_text(), flush=True)
        data_stream().write(b"bytes\n")
    print("after")
    out, err = capfd.readouterr()
    assert out.split("\n") == ["before", "text", "bytes", "after", ""]
    assert "printed" in err and "written" in err


def test_data_are_written_before_an_error_leaves(capfd):
    with pytest.raises(ZeroDivisionError), stdout_for_data():
        data_stream().write(b"first\n")
        raise ZeroDivisionError
    assert capfd.readouterr().out == "first\n"


def test_outside_data_go_where_prints_go(capfd):
    print("plain", file=data_text(), flush=True)
    assert capfd.readouterr().out == "plain\n"


CLOSED = """
import os, sys
from seqkit.io.streams import data_stream, stdout_for_data, stdout_to_stderr
{close}
with stdout_for_data(), stdout_to_stderr():
    print("talk")
    os.write(1, b"talk")
    data_stream().write(b"data")
"""


@pytest.mark.parametrize(
    ("close", "out", "err"),
    [
        ("", b"data", b"talk"),
        ("os.close(2); sys.stderr = open(os.devnull, 'w')", b"data", b""),
        ("os.close(1); sys.stdout = open(os.devnull, 'w')", b"", b"talk"),
    ],
)
def test_a_closed_stream_is_no_error(close, out, err):
    run = subprocess.run([sys.executable, "-c", CLOSED.format(close=close)], capture_output=True, check=True)
    assert run.stdout == out
    assert err in run.stderr


def test_a_closed_reader_is_reported_once():
    """As a broken pipe within the block, and by nothing at the end of the process."""
    code = (
        "from seqkit.io.streams import *\n"
        "try:\n    with stdout_for_data():\n        data_stream().write(b'x' * 10_000_000)\n"
        "except BrokenPipeError:\n    import sys; print('gone', file=sys.stderr)\n"
    )
    run = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" | head -c 1', sys.executable, code], capture_output=True, check=True
    )
    assert (run.stdout, run.stderr) == (b"x", b"gone\n")


def test_nested_redirections_are_undone_in_order(capfd):
    with stdout_to_stderr():
        with stdout_to_stderr():
            os.write(1, b"inner")
        os.write(1, b"outer")
    os.write(1, b"out")
    assert capfd.readouterr() == ("out", "innerouter")
