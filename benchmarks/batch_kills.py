"""Kill -9 workers, drivers and shards of a batch at random moments, and compare the outputs with an undisturbed run.

    python benchmarks/batch_kills.py raw.txt --kills 50 --of driver worker shard

Each round starts a run, kills one process after a random time, and repeats the command until the run is complete.
The table has for each kind: kills, outputs that differ, records lost or doubled, parts repeated after their commit.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = [sys.executable, "-m", "seqkit", "batch", "tag"]
LIMIT = 600
"""Maximum seconds of a run."""


@dataclass
class Count:
    """Results of the kills of one kind."""

    kills: int = 0
    different: int = 0
    """Number of runs whose outputs are not byte-equal to those of the undisturbed run."""
    again: int = 0
    """Number of parts that were committed more than once."""
    unfinished: int = 0
    seconds: list[float] = field(default_factory=list)


def outputs(out: Path) -> dict[str, bytes]:
    """Every file of a run except its ledger."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".seqkit" not in path.relative_to(out).parts
    }


def committed_again(out: Path) -> int:
    """Number of rows of parts beyond the first of each part."""
    rows = []
    for log in (out / ".seqkit" / "log").glob("*.jsonl"):
        for line in log.read_bytes().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue  # a row that was truncated by a kill is not a commit
            if "part" in row:
                rows.append((row["unit"], row["part"], row.get("again", 0)))
    return len(rows) - len(set(rows))


def start(arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start a run in a separate process group."""
    return subprocess.Popen(
        [*COMMAND, *arguments], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )


def children(pid: int) -> list[int]:
    """The worker processes of a driver."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                parent = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1]
                spawned = b"spawn_main" in Path(f"/proc/{entry}/cmdline").read_bytes()
            except OSError:
                continue
            if int(parent) == pid and spawned:
                found.append(int(entry))
    return found


def kill_driver(process: subprocess.Popen[bytes], draw: random.Random) -> bool:
    """Kill only the driver: its workers must end by themselves."""
    if process.poll() is not None:
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return True


def kill_worker(process: subprocess.Popen[bytes], draw: random.Random) -> bool:
    """Kill one worker; the driver continues."""
    workers = children(process.pid)
    if process.poll() is not None or not workers:
        return False
    try:
        os.kill(draw.choice(workers), signal.SIGKILL)
    except ProcessLookupError:  # it ended by itself
        return False
    return True


Kill = Callable[[subprocess.Popen[bytes], random.Random], bool]


def one_kill(arguments: list[str], kill: Kill, usual: float, draw: random.Random) -> bool:
    """Start a run, kill a process at a random moment, wait for the run. Returns whether a process was killed."""
    process = start(arguments)
    time.sleep(draw.uniform(0.0, usual))
    killed = kill(process, draw)
    process.wait(LIMIT)
    return killed


def shards(arguments: list[str], usual: float, draw: random.Random) -> int:
    """Run two shards at the same time; kill each at a random moment, then start both again."""
    processes = [start([*arguments, "--shard", f"{number}/2"]) for number in (1, 2)]
    moments = sorted((draw.uniform(0.0, usual), index) for index in (0, 1))
    begun, killed = time.monotonic(), 0
    for moment, index in moments:
        time.sleep(max(0.0, moment - (time.monotonic() - begun)))
        killed += kill_driver(processes[index], draw)
    for process in processes:
        process.wait(LIMIT)
    again = [start([*arguments, "--shard", f"{number}/2"]) for number in (1, 2)]
    for process in again:
        process.wait(LIMIT)
    return killed


class RayNodes:
    """A Ray cluster on this machine: a head without CPUs and two nodes, one of which can be killed."""

    def __init__(self) -> None:
        os.environ |= {
            "RAY_health_check_period_ms": "500",
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",
        }
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False}
        )
        self.address = self._cluster.address
        self._nodes = [self._cluster.add_node(num_cpus=1) for _ in range(2)]

    def kill_one(self, draw: random.Random) -> None:
        """Kill a node with all its processes, and replace it."""
        node = self._nodes.pop(draw.randrange(2))
        self._cluster.remove_node(node, allow_graceful=False)
        self._nodes.append(self._cluster.add_node(num_cpus=1))

    def close(self) -> None:
        """End the cluster."""
        self._cluster.shutdown()


def kill_nodes(arguments: list[str], usual: float, draw: random.Random, nodes: RayNodes) -> int:
    """Run on the cluster and kill a node; the run continues by itself."""
    process = start([*arguments, "--engine", "ray", "--address", nodes.address])
    time.sleep(draw.uniform(0.2, 1.0) * usual)
    killed = process.poll() is None
    if killed:
        nodes.kill_one(draw)
    process.wait(LIMIT)
    return int(killed)


def finish(arguments: list[str], out: Path) -> bool:
    """Repeat the command until the run is complete."""
    for _ in range(5):
        if (out / "_SUCCESS").exists():
            return True
        start(arguments).wait(LIMIT)
    return (out / "_SUCCESS").exists()


def rounds(
    kind: str, kills: int, arguments: list[str], out: Path, expected: dict[str, bytes], usual: float
) -> Count:
    """Repeat rounds of one kind until `kills` processes were killed."""
    draw, count = random.Random(kind), Count()
    nodes = RayNodes() if kind == "ray-node" else None
    while count.kills < kills:
        shutil.rmtree(out, ignore_errors=True)
        begun = time.monotonic()
        for _ in range(3):  # a run may be killed several times before it finishes
            if nodes is not None:
                count.kills += kill_nodes(arguments, usual, draw, nodes)
            elif kind == "shard":
                count.kills += shards(arguments, usual, draw)
            else:
                kill = kill_driver if kind == "driver" else kill_worker
                count.kills += one_kill(arguments, kill, usual, draw)
            if (out / "_SUCCESS").exists():
                break
        count.unfinished += not finish(arguments, out)
        found = outputs(out)
        wrong = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
        if wrong:
            print(f"{kind}: differ: {', '.join(wrong)}", flush=True)
        count.different += bool(wrong)
        count.again += committed_again(out)
        count.seconds.append(time.monotonic() - begun)
    if nodes is not None:
        nodes.close()
    return count


def report(kind: str, count: Count) -> str:
    """Format a row of the table."""
    return f"| {kind} | {count.kills} | {len(count.seconds)} | {count.unfinished} | {count.different} | {count.again} |"


def main(arguments: list[str] | None = None) -> Iterator[tuple[str, Count]]:
    """Yield each kind with its counts, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--out", type=Path, default=Path("build/kills"))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--of", nargs="+", default=["driver", "worker", "shard"], help="also ray-node")
    parser.add_argument("--processes", default="2")
    parser.add_argument("--part-size", default="20000")
    given = parser.parse_args(arguments)
    shutil.rmtree(given.out, ignore_errors=True)
    options = ["--processes", given.processes, "--part-size", given.part_size, "--label", "upos"]
    reference = [*given.inputs, "-o", str(given.out / "reference"), *options]
    begun = time.monotonic()
    start(reference).wait(LIMIT)
    usual = time.monotonic() - begun
    expected = outputs(given.out / "reference")
    assert "_SUCCESS" in expected, "the undisturbed run did not finish"
    print(f"an undisturbed run: {usual:.1f} s, {json.loads(expected['_SUCCESS'])}", flush=True)
    print(
        "| killed | kills | runs | unfinished | outputs differ | parts done again |\n| - | - | - | - | - | - |"
    )
    for kind in given.of:
        out = given.out / kind
        count = rounds(kind, given.kills, [*given.inputs, "-o", str(out), *options], out, expected, usual)
        print(report(kind, count), flush=True)
        yield kind, count


if __name__ == "__main__":
    wrong = [kind for kind, count in main() if count.different or count.again or count.unfinished]
    sys.exit(f"wrong: {', '.join(wrong)}" if wrong else 0)
