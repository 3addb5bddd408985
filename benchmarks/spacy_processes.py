"""Check that `nlp.pipe(n_process=2)` with `seqkit_tagger` ends, with the same result as one process.

The parent uses the model, with torch's default number of threads, before it forks or spawns. A new parent is
started after every ten rounds, and after a parent that hangs.

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
TOGETHER = 10
"""Number of rounds of one parent."""


def parent(method: str, rounds: int) -> None:
    """Tag in one process, then `rounds` times in two. Prints "equal" or "differs" for each round."""
    import spacy

    multiprocessing.set_start_method(method)
    nlp = spacy.blank("en")
    nlp.add_pipe("seqkit_tagger", config={"model": "en-tagger"})
    texts = ["She left Berlin. He stays.", "", "Time flies like an arrow."] * 40
    expected = [[token.pos_ for token in doc] for doc in nlp.pipe(texts)]
    for _ in range(rounds):
        found = [[token.pos_ for token in doc] for doc in nlp.pipe(texts, n_process=2, batch_size=10)]
        print("equal" if found == expected else "differs", flush=True)


def outcomes(method: str, rounds: int, seconds: float) -> list[str]:
    """The outcomes of the rounds of one parent: equal or differs; the last may be hangs or fails."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    command = [sys.executable, __file__, PARENT, method, "--rounds", str(rounds)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            output, _ = process.communicate(timeout=seconds * rounds)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            return [*output.split(), "hangs"]
    return output.split() if process.returncode == 0 else [*output.split(), "fails"]


def main() -> None:
    """Print the number of rounds with equal results, for each start method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--methods", default="fork,spawn")
    parser.add_argument(PARENT, default="")
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="a parent that needs more per round, on average, hangs"
    )
    arguments = parser.parse_args()
    if arguments.parent:
        parent(arguments.parent, arguments.rounds)
        return
    for method in arguments.methods.split(","):
        found: list[str] = []
        while len(found) < arguments.rounds:
            found += outcomes(method, min(TOGETHER, arguments.rounds - len(found)), arguments.seconds)
            print(f"{method}: {dict(Counter(found))}", flush=True)


if __name__ == "__main__":
    main()
