"""Computation in threads: results in order, independent of the number of threads, and usable after a fork."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from seqkit.runtime import threads


@pytest.fixture
def computing(monkeypatch):
    """A function that lets so many threads compute, in this test."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(threads._Compute, "threads", 1)
    return threads.compute_with


@pytest.mark.parametrize("count", [1, 2, 5])
def test_results_come_in_order_from_so_many_threads(computing, count):
    computing(count)
    barrier = threading.Barrier(count)

    def twice(number):
        if number < count:
            barrier.wait(timeout=30)  # only so many threads at once can pass
        return 2 * number, threading.get_ident()

    found = list(threads.in_order(twice, range(50)))
    assert [result for result, _ in found] == list(range(0, 100, 2))
    assert len({thread for _, thread in found}) == count


def test_an_error_comes_where_its_result_would(computing):
    computing(2)
    found = threads.in_order(lambda number: 1 // (number - 3), range(9))
    assert [next(found) for _ in range(3)] == [-1, -1, -1]
    with pytest.raises(ZeroDivisionError):
        next(found)


@pytest.mark.parametrize(
    ("given", "variable", "count"),
    [(3, "2", 3), (None, "2", 2), (None, "7,2", 7), (None, "x", None), (None, "", None)],
)
def test_the_option_comes_before_the_variable_and_that_before_the_cores(
    computing, monkeypatch, given, variable, count
):
    monkeypatch.setenv("OMP_NUM_THREADS", variable)
    computing(given)
    assert threads._Compute.threads == (count or min(threads.MOST, threads.available_cores()))
    assert os.environ["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize("count", [2, 3])
def test_a_tagger_and_a_translator_give_the_same_with_any_number(
    seqkit, model, sample_translator, tmp_path, count
):
    lines = ["Der Hund schläft im Garten.", "Die Katze.", "", "Ich sehe einen Hund und eine Katze."] * 40
    source = tmp_path / "in.txt"
    source.write_text("\n".join(lines), encoding="utf-8")
    for command in (
        ("translate", source, "-m", sample_translator, "--scores", "--beam", 4),
        ("tag", source, "-m", model, "-f", "jsonl", "--top", 3),
    ):
        one, several = (seqkit(*map(str, command), "--threads", str(number)) for number in (1, count))
        assert one == several and one.code == 0 and len(one.out) > 1000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_can_use_a_model_that_its_parent_has_used(model):
    code = (
        "import os, sys, seqkit, torch\n"
        "from seqkit.examples import Sentence\n"
        f"tagger = seqkit.load({str(model)!r})\n"
        "torch.set_num_threads(2)\n"
        "words = [Sentence(['time', 'flies'] * 50)] * 50\n"
        "tagger.predict(words)\n"
        "child = os.fork()\n"
        "if not child:\n    tagger.predict(words)\n    os._exit(7)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert found.stdout.strip() == "7", found.stderr


def test_threads_that_load_at_once_wait_for_each_other(model):
    code = (
        "import threading, seqkit\nfailed = []\n"
        "def run():\n"
        "    try:\n"
        f"        list(seqkit.tag('Time flies.', {str(model)!r}))\n"
        "    except BaseException as error:\n        failed.append(repr(error))\n"
        "threads = [threading.Thread(target=run) for _ in range(6)]\n"
        "[one.start() for one in threads]\n[one.join() for one in threads]\nprint(failed)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert found.stdout.strip() == "[]", found.stderr
