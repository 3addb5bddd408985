"""Kill -9 workers, drivers, Ray nodes and shards of a batch at random times, and compare with an undisturbed run.

    python benchmarks/batch_kills.py raw.txt --kills 50 --of driver worker shard ray-node

Each round starts a run, kills one process at a random time, and repeats the command until the run is complete. Half of
the times are drawn from the whole run, its start included; the others follow a random number of committed parts.
The table has for each kind: kills, how many of them while parts were being committed, runs, outputs that differ from
the undisturbed run, parts repeated after their commit. With --results FILE, each round is a line of that file, and the
same command continues after the last one.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from killing import (
    LIMIT,
    Moment,
    RayNodes,
    Usual,
    committed,
    kill_driver,
    kill_shards,
    kill_worker,
    one_kill,
    outputs,
    start,
    undisturbed,
)


@dataclass
class Round:
    """The result of one run that was killed, and continued until it was complete."""

    kind: str
    number: int
    """With the kind, it is also the seed of the random times."""
    kills: list[Moment] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    """Outputs that are not byte-equal to those of the undisturbed run."""
    again: int = 0
    """Number of parts that were committed more than once."""
    unfinished: bool = False
    seconds: float = 0.0


@dataclass
class Count:
    """Results of the rounds of one kind."""

    rounds: list[Round]
    parts: int
    """Number of parts of a complete run."""

    @property
    def kills(self) -> int:
        """Number of kills."""
        return sum(len(one.kills) for one in self.rounds)

    @property
    def midway(self) -> int:
        """Number of kills after the first commit and before the last."""
        return sum(0 < kill[1] < self.parts for one in self.rounds for kill in one.kills)

    @property
    def different(self) -> int:
        """Number of runs with an output that differs."""
        return sum(bool(one.different) for one in self.rounds)

    @property
    def again(self) -> int:
        """Number of parts that were committed more than once."""
        return sum(one.again for one in self.rounds)

    @property
    def unfinished(self) -> int:
        """Number of runs that five repetitions did not complete."""
        return sum(one.unfinished for one in self.rounds)


class Campaign:
    """Rounds of kills on one corpus with one set of options."""

    def __init__(
        self, inputs: list[str], folder: Path, options: list[str], results: Path | None, seed: str = ""
    ) -> None:
        self.inputs, self.folder, self.options, self.results, self.seed = (
            inputs,
            folder,
            options,
            results,
            seed,
        )
        self.done = _read(results)
        self.usual = self._reference([])
        self.expected = outputs(folder / "reference")
        assert "_SUCCESS" in self.expected, "the undisturbed run did not finish"

    def _arguments(self, out: Path) -> list[str]:
        return [*self.inputs, "-o", str(out), *self.options]

    def _reference(self, more: list[str]) -> Usual:
        """Seconds of an undisturbed run."""
        out = self.folder / "reference"
        shutil.rmtree(out, ignore_errors=True)
        return undisturbed([*self._arguments(out), *more], out)

    def run(self, kind: str, kills: int) -> Count:
        """Repeat rounds of one kind until `kills` processes were killed."""
        count = Count([one for one in self.done if one.kind == kind], self.usual.parts)
        if count.kills >= kills:
            return count
        nodes = RayNodes() if kind == "ray-node" else None
        usual = self._reference(nodes.arguments) if nodes else self.usual
        try:
            while count.kills < kills:
                count.rounds.append(self._round(kind, len(count.rounds), usual, nodes))
                self._save(count.rounds[-1])
        finally:
            if nodes is not None:
                nodes.close()
        return count

    def _round(self, kind: str, number: int, usual: Usual, nodes: RayNodes | None) -> Round:
        out, found, begun = self.folder / kind, Round(kind, number), time.monotonic()
        draw = random.Random(f"{self.seed}{kind} {number}")
        arguments = self._arguments(out) + (nodes.arguments if nodes else [])
        shutil.rmtree(out, ignore_errors=True)
        for _ in range(3):  # a run may be killed several times before it finishes
            if kind == "shard":
                found.kills += kill_shards(arguments, out, usual, draw)
            else:
                kill = nodes.kill if nodes else kill_driver if kind == "driver" else kill_worker
                found.kills += one_kill(arguments, out, kill, usual, draw)
            if (out / "_SUCCESS").exists():
                break
        found.unfinished = not finish(arguments, out)
        self._compare(found, out)
        found.seconds = round(time.monotonic() - begun, 1)
        return found

    def _compare(self, found: Round, out: Path) -> None:
        made, expected = outputs(out), self.expected
        found.different = sorted(name for name in {*made, *expected} if made.get(name) != expected.get(name))
        rows = committed(out)
        found.again = len(rows) - len(set(rows))

    def _save(self, one: Round) -> None:
        wrong = one.different or one.again or one.unfinished
        print(
            f"{one.kind} {one.number}: {len(one.kills)} kills" + (f": WRONG {one}" if wrong else ""),
            flush=True,
        )
        if self.results is not None:
            with open(self.results, "a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(one)) + "\n")


def _read(results: Path | None) -> list[Round]:
    if results is None or not results.exists():
        return []
    return [Round(**json.loads(line)) for line in results.read_text(encoding="utf-8").splitlines()]


def finish(arguments: list[str], out: Path) -> bool:
    """Repeat the command until the run is complete."""
    for _ in range(5):
        if (out / "_SUCCESS").exists():
            return True
        start(arguments).wait(LIMIT)
    return (out / "_SUCCESS").exists()


def report(kind: str, count: Count) -> str:
    """Format a row of the table."""
    cells = (count.kills, count.midway, len(count.rounds), count.unfinished, count.different, count.again)
    return f"| {kind} | {' | '.join(map(str, cells))} |"


TITLES = ("killed", "kills", "of these midway", "runs", "unfinished", "outputs differ", "parts done again")


def main(arguments: list[str] | None = None) -> Iterator[tuple[str, Count]]:
    """Yield each kind with its counts, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--out", type=Path, default=Path("build/kills"))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--of", nargs="+", default=["driver", "worker", "shard"], help="also ray-node")
    parser.add_argument("--processes", default="2")
    parser.add_argument("--part-size", default="20000")
    parser.add_argument("--results", type=Path, help="JSON Lines of the rounds; continue after the last")
    parser.add_argument("--seed", default="", help="of the random moments, with kind and number of the round")
    given = parser.parse_args(arguments)
    options = ["--processes", given.processes, "--part-size", given.part_size, "--label", "upos"]
    campaign = Campaign(given.inputs, given.out, options, given.results, given.seed)
    print(f"an undisturbed run: {campaign.usual.seconds:.1f} s, {campaign.usual.parts} parts", flush=True)
    rows = []
    for kind in given.of:
        count = campaign.run(kind, given.kills)
        rows.append(report(kind, count))
        yield kind, count
    print("\n".join([f"| {' | '.join(TITLES)} |", "| - " * len(TITLES) + "|", *rows]), flush=True)


if __name__ == "__main__":
    wrong = [kind for kind, count in main() if count.different or count.again or count.unfinished]
    sys.exit(f"wrong: {', '.join(wrong)}" if wrong else 0)
