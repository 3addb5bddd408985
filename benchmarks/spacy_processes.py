"""How often `nlp.pipe(n_process=2)` with `seqkit_tagger` ends, and gives what one process gives.

Every round is a process of its own, in which the parent has used the model before it forks or spawns.

    python benchmarks/spacy_processes.py --rounds 100
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys

ROUND = "--round"
SECONDS = 120
"""A round that takes longer counts as hanging."""


def one_round(method: str) -> None:
    """Tag in one process and in two. Raises AssertionError if they differ."""
    import spacy

    multiprocessing.set_start_method(method)
    nlp = spacy.blank("en")
    nlp.add_pipe("seqkit_tagger", config={"model": "en-tagger"})
    texts = ["She left Berlin. He stays.", "", "Time flies like an arrow."] * 40
    expected = [[token.pos_ for token in doc] for doc in nlp.pipe(texts)]
    assert [[t.pos_ for t in doc] for doc in nlp.pipe(texts, n_process=2, batch_size=10)] == expected


def outcome(method: str) -> str:
    """What becomes of a round: equal, hangs or fails. torch has the threads that it takes by default."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    try:
        done = subprocess.run(
            [sys.executable, __file__, ROUND, method], timeout=SECONDS, env=environment, capture_output=True
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    return "equal" if done.returncode == 0 else "fails"


def main() -> None:
    """Print how many of the rounds end equal, for each way to start processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--methods", default="fork,spawn")
    parser.add_argument(ROUND, default="")
    arguments = parser.parse_args()
    if arguments.round:
        one_round(arguments.round)
        return
    for method in arguments.methods.split(","):
        found = [outcome(method) for _ in range(arguments.rounds)]
        counts = {kind: found.count(kind) for kind in ("equal", "hangs", "fails")}
        print(f"{method}: {counts}", flush=True)


if __name__ == "__main__":
    main()
