"""How often `nlp.pipe(n_process=2)` with `seqkit_tagger` ends, and gives what one process gives.

The parent has used the model, with torch's default threads, before it forks or spawns. A new parent comes after every
ten rounds, and after one that hangs.

    python benchmarks/spacy_processes.py --rounds 100
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
from collections import Counter

PARENT = "--parent"
SECONDS = 120
"""A parent that takes longer than so many seconds for a round, on average, counts as hanging."""
TOGETHER = 10
"""Rounds of one parent."""


def parent(method: str, rounds: int) -> None:
    """Tag in one process, then in two so many times. Prints a line for each round that gives the same."""
    import spacy

    multiprocessing.set_start_method(method)
    nlp = spacy.blank("en")
    nlp.add_pipe("seqkit_tagger", config={"model": "en-tagger"})
    texts = ["She left Berlin. He stays.", "", "Time flies like an arrow."] * 40
    expected = [[token.pos_ for token in doc] for doc in nlp.pipe(texts)]
    for _ in range(rounds):
        found = [[token.pos_ for token in doc] for doc in nlp.pipe(texts, n_process=2, batch_size=10)]
        print("equal" if found == expected else "differs", flush=True)


def outcomes(method: str, rounds: int) -> list[str]:
    """The outcomes of the rounds of one parent: equal or differs; hangs or fails is the last."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    command = [sys.executable, __file__, PARENT, method, "--rounds", str(rounds)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            output, _ = process.communicate(timeout=SECONDS * rounds)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            return [*output.split(), "hangs"]
    return output.split() if process.returncode == 0 else [*output.split(), "fails"]


def main() -> None:
    """Print how many of the rounds end equal, for each way to start processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--methods", default="fork,spawn")
    parser.add_argument(PARENT, default="")
    arguments = parser.parse_args()
    if arguments.parent:
        parent(arguments.parent, arguments.rounds)
        return
    for method in arguments.methods.split(","):
        found: list[str] = []
        while len(found) < arguments.rounds:
            found += outcomes(method, min(TOGETHER, arguments.rounds - len(found)))
            print(f"{method}: {dict(Counter(found))}", flush=True)


if __name__ == "__main__":
    main()
