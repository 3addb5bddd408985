"""Run fuzzing cases, each determined by its number, in a monitored child process, and classify their outcomes."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import resource
import signal
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from fuzzing.readers import Target
from seqkit.errors import SeqkitError

PATIENCE = 10.0
"""Seconds of CPU time after which a case counts as hanging: other processes may slow it down."""
WAITING = 300.0
"""Seconds after which a case that uses no CPU time counts as hanging."""
MEMORY = 1 << 30
"""Maximum growth in bytes of a process's memory while it runs cases."""
LONGEST = 2000
"""Maximum characters of a message, which may quote a path, and a name of up to 80 characters, several times."""

Targets = Mapping[str, tuple[int, Target]]


@dataclass
class Outcome:
    """Results of a range of cases."""

    taken: int = 0
    refused: int = 0
    """Cases that ended in a SeqkitError."""
    by_target: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)


def run_case(seed: int, number: int, targets: Targets, folder: Path) -> tuple[str, str]:
    """Run a case. Returns the name of its target, and the result: "" for accepted, "refused", or the failure."""
    random = Random(f"{seed}:{number}")
    names = list(targets)
    name = random.choices(names, [targets[one][0] for one in names])[0]
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            targets[name][1](random, folder)
    except SeqkitError as error:
        return name, _fault_of(str(error)) or "refused"
    except MemoryError:
        return name, "MemoryError"
    except Exception:
        return name, traceback.format_exc(limit=-6)
    return name, ""


def _fault_of(message: str) -> str:
    if len(message) > LONGEST:
        return f"a message of {len(message)} characters: {message[:300]}"
    return ""


def run_range(seed: int, numbers: Iterable[int], targets: Targets, folder: Path, at: Any = None) -> Outcome:
    """Run cases one after another. Args: at, a shared array for the number and start time of the current case."""
    outcome, before = Outcome(), _memory()
    for number in numbers:
        if at is not None:
            at[0], at[1], at[2] = number, time.monotonic(), time.process_time()
        start = time.process_time()
        name, fault = run_case(seed, number, targets, folder)
        outcome.by_target[name] += 1
        if fault == "refused":
            outcome.refused += 1
        elif not fault:
            outcome.taken += 1
        if time.process_time() - start > PATIENCE:
            fault = f"took {time.process_time() - start:.1f} s of CPU time"
        if _memory() - before > MEMORY:
            fault, before = f"memory grew to {_memory() >> 20} MB", _memory()
        if fault not in ("", "refused"):
            outcome.failures.append({"case": number, "target": name, "fault": fault})
    return outcome


def _memory() -> int:
    """The largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def watched(seed: int, first: int, last: int, targets: Targets, folder: Path) -> Outcome:
    """Run cases in a child process; continue after a case that hangs or ends the process."""
    whole = Outcome()
    while first < last:
        found, first = _until_fault(seed, first, last, targets, folder)
        whole.taken += found.taken
        whole.refused += found.refused
        whole.by_target += found.by_target
        whole.failures += found.failures
    return whole


def _until_fault(seed: int, first: int, last: int, targets: Targets, folder: Path) -> tuple[Outcome, int]:
    """Run cases until one hangs or ends the process. Returns their results, and the next case to run."""
    context = multiprocessing.get_context("fork")
    at, (ours, theirs) = (
        context.Array("d", [float(first), time.monotonic(), 0.0], lock=False),
        context.Pipe(False),
    )
    child = context.Process(target=_child, args=(theirs, seed, range(first, last), targets, folder, at))
    child.start()
    theirs.close()
    while not ours.poll(0.5):
        if time.monotonic() - at[1] > WAITING or _cpu_seconds(child.pid or 0) - at[2] > 2 * PATIENCE:
            os.kill(child.pid or 0, signal.SIGKILL)
            break
    try:
        outcome = ours.recv()
        child.join()
        return outcome, last
    except EOFError:
        child.join()
    number = int(at[0])
    fault = {"case": number, "target": "?", "fault": f"hung, or ended the process ({child.exitcode})"}
    again, _ = _until_fault(seed, first, number, targets, folder) if number > first else (Outcome(), 0)
    again.failures.append(fault)
    return again, number + 1


def _cpu_seconds(pid: int) -> float:
    """CPU time of a process, user and system; 0 if the system does not report it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _child(pipe: Any, seed: int, numbers: range, targets: Targets, folder: Path, at: Any) -> None:
    pipe.send(run_range(seed, numbers, targets, folder, at))
    pipe.close()
