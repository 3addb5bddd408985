"""Seeded hostile inputs: none ends in a traceback, takes 10 s or 1 GB; what is written can be read again.

`benchmarks/fuzz.py` runs a million of them; these are the same generators with another seed.
"""

import pytest
from fuzzing import folders, media, readers, strings
from fuzzing.run import PATIENCE, run_range

SEED = 20261201
CASES = {
    **dict.fromkeys(readers.TARGETS, 60),
    **dict.fromkeys(strings.TARGETS, 60),
    **dict.fromkeys(media.TARGETS, 60),
    **dict.fromkeys(folders.TARGETS, 40),
    **{"conllu": 150, "jsonl": 150, "tsv": 120, "tagged": 25},
}
"""Target -> number of cases."""
FAST = {**readers.TARGETS, **strings.TARGETS, **media.TARGETS}


def check(name, targets, cases, folder):
    found = run_range(SEED, range(cases), {name: targets[name]}, folder)
    assert not found.failures, found.failures[0]
    assert found.taken + found.refused == cases


@pytest.mark.parametrize("name", FAST)
def test_hostile_inputs(name, tmp_path):
    check(name, FAST, CASES[name], tmp_path)


@pytest.mark.parametrize("name", folders.TARGETS)
def test_changed_model_folders(name, small_models):
    check(name, folders.TARGETS, CASES[name], small_models)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FAST, *folders.TARGETS])
def test_more_hostile_inputs(name, small_models):
    targets = {**FAST, **folders.TARGETS}
    found = run_range(SEED + 1, range(10 * CASES[name]), {name: targets[name]}, small_models)
    assert not found.failures, found.failures[0]


def test_both_happen(tmp_path):
    """A target that takes everything, or refuses everything, would test nothing."""
    for name in ("conllu", "jsonl", "tsv", "spacy"):
        found = run_range(SEED, range(40), {name: readers.TARGETS[name]}, tmp_path)
        assert found.taken and found.refused, name


def test_what_counts_as_a_fault(tmp_path):
    def fails(random, folder):
        raise KeyError("x")

    def chatters(random, folder):
        from seqkit.errors import SeqkitError

        raise SeqkitError("x" * 3000)

    targets = {"fails": (1, fails), "chatters": (1, chatters)}
    found = run_range(1, range(20), targets, tmp_path)
    assert len(found.failures) == 20
    assert {"KeyError" in one["fault"] or "characters" in one["fault"] for one in found.failures} == {True}
    assert PATIENCE == 10
