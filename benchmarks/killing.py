"""Start runs of a batch and kill -9 their processes: drivers, workers, nodes of a Ray cluster."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

COMMAND = [sys.executable, "-m", "seqkit", "batch", "tag"]
LIMIT = 600
"""Maximum seconds of a run."""


class Moment(NamedTuple):
    """Time and progress at which a process was killed."""

    seconds: float
    """Time since the start of the run."""
    parts: int
    """Number of parts in the logs."""


def start(arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start a run in a separate process group."""
    return subprocess.Popen(
        [*COMMAND, *arguments], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
    )


def committed(out: Path) -> list[tuple[int, int, int]]:
    """The unit, number and repetition of each row of a part in the logs."""
    rows = []
    for log in (out / ".seqkit" / "log").glob("*.jsonl"):
        for line in log.read_bytes().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue  # a row that was truncated by a kill is not a commit
            if "part" in row:
                rows.append((row["unit"], row["part"], row.get("again", 0)))
    return rows


def outputs(out: Path) -> dict[str, bytes]:
    """Every file of a run except its ledger."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".seqkit" not in path.relative_to(out).parts
    }


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


Kill = Callable[[subprocess.Popen[bytes], random.Random], bool]


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


class Usual(NamedTuple):
    """The reference run, which is not killed."""

    seconds: float
    parts: int


def undisturbed(arguments: list[str], out: Path) -> Usual:
    """Time a run that is not killed."""
    begun = time.monotonic()
    start(arguments).wait(LIMIT)
    return Usual(time.monotonic() - begun, len(committed(out)))


def random_moment(process: subprocess.Popen[bytes], out: Path, usual: Usual, draw: random.Random) -> Moment:
    """Wait for a random time: in half of the cases within the duration of a run, else while parts are committed."""
    begun = time.monotonic()
    if draw.random() < 0.5:
        time.sleep(draw.uniform(0.0, usual.seconds))
    else:
        wait_for_parts(process, out, draw.randrange(usual.parts), draw)
    return Moment(round(time.monotonic() - begun, 3), len(committed(out)))


def wait_for_parts(process: subprocess.Popen[bytes], out: Path, parts: int, draw: random.Random) -> None:
    """Wait until the given number of parts is committed or the run has ended, then up to half a second more."""
    while process.poll() is None and len(committed(out)) < parts:
        time.sleep(0.02)
    time.sleep(draw.uniform(0.0, 0.5))


def one_kill(arguments: list[str], out: Path, kill: Kill, usual: Usual, draw: random.Random) -> list[Moment]:
    """Start a run, kill a process at a random time, wait for the run. Returns the kill, if one took place."""
    process = start(arguments)
    moment = random_moment(process, out, usual, draw)
    killed = kill(process, draw)
    process.wait(LIMIT)
    return [moment] if killed else []


def kill_shards(arguments: list[str], out: Path, usual: Usual, draw: random.Random) -> list[Moment]:
    """Run two shards at the same time, kill each at a random time, then start both again."""
    begun, killed = time.monotonic(), list[Moment]()
    processes = [start([*arguments, "--shard", f"{number}/2"]) for number in (1, 2)]
    moments = sorted(draw.randrange(usual.parts) for _ in processes)
    for process, parts in zip(draw.sample(processes, 2), moments, strict=True):
        wait_for_parts(process, out, parts, draw)
        moment = Moment(round(time.monotonic() - begun, 3), len(committed(out)))
        if kill_driver(process, draw):
            killed.append(moment)
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
            "RAY_agent_register_timeout_ms": "180000",  # on a busy machine
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",
        }
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False}
        )
        self.arguments = ["--engine", "ray", "--address", self._cluster.address]
        self._nodes = [self._cluster.add_node(num_cpus=1) for _ in range(2)]

    def kill_one(self, draw: random.Random) -> None:
        """Kill a node with all its processes, and replace it."""
        node = self._nodes.pop(draw.randrange(2))
        self._cluster.remove_node(node, allow_graceful=False)
        self._nodes.append(self._cluster.add_node(num_cpus=1))

    def kill(self, process: subprocess.Popen[bytes], draw: random.Random) -> bool:
        """Kill a node; the run continues by itself."""
        if process.poll() is not None:
            return False
        self.kill_one(draw)
        return True

    def close(self) -> None:
        """End the cluster."""
        self._cluster.shutdown()
