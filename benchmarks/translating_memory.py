"""Memory of `seqkit translate` on a long file: `python benchmarks/translating_memory.py MODEL tatoeba-deu-eng de en`.

The file has the distinct source sides of the training split, then these again with the line number appended, up to
`--lines`. The first `--first` lines are translated alone, then all. Prints the peak memory (from the kernel) and the
seconds of both.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from peers.watch import timed
from tables import row, seqkit

from seqkit.data.pairs import read_pairs
from seqkit.examples import RecordErrors


def main() -> None:
    """Print a row for the first lines, and one for all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("corpus")
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=10_000)
    parser.add_argument("--beam", default="1")
    given = parser.parse_args()
    pairs = read_pairs(given.corpus, "train", given.source, given.target, RecordErrors())
    sources = list(dict.fromkeys(str(pair.sources["text"]) for pair in pairs))
    print(*row("lines", "peak MB", "s"), *row(*["---"] * 3), sep="\n")
    with tempfile.TemporaryDirectory() as work:
        for count in (given.first, given.lines):
            text, out = Path(work) / "in.txt", Path(work) / "out.txt"
            with open(text, "w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in itertools.islice(lines(sources), count))
            command = seqkit(
                "translate", "--model", given.model, "--beam", given.beam, str(text), "-o", str(out)
            )
            seconds, peak = timed(command)
            print(*row(f"{count:,}", f"{peak.largest:.0f}", f"{seconds:.0f}"), flush=True)


def lines(sources: Sequence[str]) -> Iterator[str]:
    """Yield the sources, then the sources with line numbers."""
    yield from sources
    for number in itertools.count():
        yield f"{sources[number % len(sources)]} {number}"


if __name__ == "__main__":
    main()
