"""Writes, fsyncs and renames that fail: the old state or the new one is there, and a second try works.

`benchmarks/write_faults.py` lets every operation fail in every way.
"""

import random

import pytest
from fuzzing.faults import KINDS
from fuzzing.write_cases import CASES, all_faults, failed, whole

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write


def check(name, place, most):
    expected = whole(name, place)
    assert {"open", "fsync"} <= set(expected.operations) and expected.before != expected.after
    faults = all_faults(expected)
    chosen = faults if len(faults) <= most else random.Random(7).sample(faults, most)
    for number, kind in chosen:
        fault = failed(name, number, kind, expected, place)
        assert not fault, f"operation {number} ({expected.operations[number - 1]}), {kind}: {fault}"


@pytest.mark.parametrize(("name", "most"), [("tag", 10), ("corpora get", 40), ("models pull", 12)])
def test_every_write_of_a_command_may_fail(name, most, tmp_path):
    check(name, tmp_path, most)


@pytest.mark.parametrize(("name", "most"), [("train", 3), ("batch", 3)])
def test_some_writes_of_long_commands_may_fail(name, most, tmp_path):
    check(name, tmp_path, most)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_many_writes_may_fail(name, tmp_path):
    check(name, tmp_path, 150)


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_names_the_target_and_not_the_temporary_file(kind, tmp_path):
    from fuzzing.faults import Fault, injected

    target = tmp_path / "x.txt"
    target.write_text("old")
    for number in range(1, 20):
        with injected(tmp_path, Fault(number, kind)) as fault:
            try:
                with atomic_write(target) as file:
                    file.write(b"new")
            except SeqkitError as error:
                assert str(target) in error.problem and ".part" not in error.problem and error.fix
        if not fault.happened:
            break
        assert target.read_text() in ("old", "new")
        assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]
    assert number > 5
