"""Kill -9 in the middle of real runs, on all engines; `benchmarks/batch_kills.py` does so fifty times each."""

from __future__ import annotations

import pytest
from batch_kills import main

TEXT = "Time flies like an arrow number {0}. She left, as he said.\n\nA new paragraph {0}: it rains.\n\n"


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("".join(TEXT.format(number) for number in range(700)))
    for number in range(20):
        (folder / "sub" / f"{number}.txt").write_text(TEXT.format(number))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["driver", "worker", "shard", "ray-node"])
def test_no_record_is_lost_or_repeated(corpus, tmp_path, kind):
    if kind == "ray-node":
        pytest.importorskip("ray")
    arguments = [
        str(corpus),
        "--out",
        str(tmp_path / "out"),
        "--kills",
        "2",
        "--of",
        kind,
        "--part-size",
        "8000",
    ]
    ((_, count),) = main(arguments)
    assert count.kills >= 2
    assert (count.unfinished, count.different, count.again) == (0, 0, 0)
