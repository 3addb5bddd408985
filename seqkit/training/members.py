"""Start several processes that train one model on this machine, and recognise them. Imports no torch."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from seqkit.errors import SeqkitError
from seqkit.runtime.search_path import current_folder_off_path
from seqkit.runtime.signals import hangups

LAUNCHED = "SEQKIT_LAUNCHED"
"""Set for processes that `launch` starts: the descriptor of a pipe that is closed when the launcher ends."""
GRACE = 30.0
"""Seconds in which the other processes must end after one has died."""
TAIL = 12
"""Number of lines of a log that are shown."""


def is_member() -> bool:
    """Whether this process is one of several, started by torchrun or by `launch`."""
    return "RANK" in os.environ and int(os.environ.get("WORLD_SIZE") or 1) > 1


def is_launched() -> bool:
    """Whether `launch` started this process."""
    return LAUNCHED in os.environ


def check_devices(count: int) -> None:
    """Raise SeqkitError for `--devices` in a process that torchrun started."""
    if count and is_member() and not is_launched():
        fix = "Leave it out: --nproc-per-node sets their number."
        raise SeqkitError(f"--devices {count}: torchrun has started the processes", fix, exit_code=2)


def launch(count: int, arguments: list[str]) -> int:
    """Start `count` processes with the same command, and wait for them. Returns the exit code of the first.

    The first process has the standard output and error of this one; the others write to logs. As soon as one dies,
    this function ends the others and reports its number, exit code and log.
    """
    port = _port()
    logs = Path(tempfile.mkdtemp(prefix="seqkit-processes-"))
    reading, writing = os.pipe()
    with current_folder_off_path():
        ranks = [_start(rank, count, port, arguments, logs, reading) for rank in range(count)]
    os.close(reading)
    with _forwarding_signals(ranks):
        died = _wait(ranks)
    os.close(writing)
    if died is None:
        shutil.rmtree(logs, ignore_errors=True)
        return ranks[0].returncode
    return _report(died, ranks, logs)


def _port() -> int:
    """The port of the process group: MASTER_PORT, or a free one. Raises SeqkitError if MASTER_PORT is in use."""
    wanted = os.environ.get("MASTER_PORT", "")
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", int(wanted or 0)))
        except (OSError, OverflowError, ValueError) as error:
            fix = "Leave MASTER_PORT unset to use a free port, or set it to another."
            raise SeqkitError(f"MASTER_PORT={wanted}: cannot be used ({error})", fix, exit_code=2) from None
        return int(probe.getsockname()[1])


def _start(
    rank: int, count: int, port: int, arguments: list[str], logs: Path, alive: int
) -> subprocess.Popen[bytes]:
    of_rank = {
        "RANK": rank,
        "LOCAL_RANK": rank,
        "WORLD_SIZE": count,
        "LOCAL_WORLD_SIZE": count,
        "NODE_RANK": 0,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        LAUNCHED: alive,
    }
    environment = {**os.environ, **{name: str(value) for name, value in of_rank.items()}}
    if sys.platform.startswith("linux"):
        environment.setdefault("GLOO_SOCKET_IFNAME", "lo")
    environment.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // count)))
    command = [sys.executable, "-m", "seqkit", *arguments]
    if rank == 0:
        return subprocess.Popen(command, env=environment, process_group=0, pass_fds=(alive,))
    with open(log_of(logs, rank), "wb") as log:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
            pass_fds=(alive,),
        )


def log_of(logs: Path, rank: int) -> Path:
    """The log file of a process other than the first."""
    return logs / f"process-{rank}.log"


def _wait(ranks: list[subprocess.Popen[bytes]]) -> int | None:
    """Wait for all. Returns the number of a process that died before the others; None if all ended alike."""
    died = None
    deadline = 0.0
    while any(rank.poll() is None for rank in ranks):
        codes = [rank.poll() for rank in ranks]
        if died is None and (failed := _failed(codes)) is not None:
            died, deadline = failed, time.monotonic() + GRACE
        if died is not None and time.monotonic() > deadline:
            _send(ranks, signal.SIGKILL)
        time.sleep(0.05)
    codes = [rank.returncode for rank in ranks]
    if died is not None and codes[0] == 0:
        return None  # the first has written the model: later failures of the others do not matter
    return died if died is not None and len(set(codes)) > 1 else None


def _failed(codes: list[int | None]) -> int | None:
    """The first process that failed. One that a signal killed precedes those that then lost their connection."""
    killed = [rank for rank, code in enumerate(codes) if code is not None and code < 0]
    wrong = [rank for rank, code in enumerate(codes) if code not in (None, 0)]
    return next(iter(killed or wrong), None)


def _report(died: int, ranks: list[subprocess.Popen[bytes]], logs: Path) -> int:
    code = ranks[died].returncode
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    lines = [f"seqkit: process {died} of {len(ranks)} {how}, and the others were ended"]
    if died:
        log = log_of(logs, died)
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        lines += [f"Its log: {log}", *(f"  {line}" for line in tail)]
    print("\n".join(lines), file=sys.stderr)
    first = ranks[0].returncode
    return first if first > 0 else (128 - code if code < 0 else code or 1)


@contextmanager
def _forwarding_signals(ranks: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    """A context that forwards signals to all processes, which are not in the terminal's process group."""

    def forward(number: int, frame: FrameType | None) -> None:
        _send(ranks, number)

    numbers = (signal.SIGINT, signal.SIGTERM, *hangups())
    before = {number: signal.signal(number, forward) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _send(ranks: list[subprocess.Popen[bytes]], number: int) -> None:
    for rank in ranks:
        if rank.poll() is None:
            rank.send_signal(number)


def end_with_launcher() -> None:
    """Send SIGTERM to this process when its launcher ends, for any reason."""
    if not is_launched():
        return
    alive = int(os.environ[LAUNCHED])

    def watch() -> None:
        os.read(alive, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
