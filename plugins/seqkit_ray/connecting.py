"""Join or start a Ray cluster; refuse an address where none answers within seconds."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqkit import SeqkitError
from seqkit_ray.grpc_call import OtherServer, connected, status_of_call

SECONDS = 4.0
"""Seconds within which an address must answer, name resolution included."""
FIX = "Check with `ray status` that the cluster is running."
FRESH_FIX = "Try again when the machine is less busy, or run `ray start --head` and add --address auto."
TOKEN_FIX = "Set RAY_AUTH_MODE=token, with the token in RAY_AUTH_TOKEN or in ~/.ray/auth_token."
METHODS = {"": "/ray.rpc.NodeInfoGcsService/GetClusterId", "ray://": "/ray.rpc.RayletDriver/ClusterInfo"}
"""Scheme of an address -> an inexpensive gRPC method of the service."""
TIMED_OUT, UNAVAILABLE, UNAUTHENTICATED = 4, 14, 16
"""Statuses of gRPC."""
ADDRESS_FILE = "ray/ray_current_cluster"
"""File below the folder for temporary files in which `ray start` writes the address of its cluster."""


def connect(ray: Any, address: str) -> None:
    """Join or start a cluster. Raises SeqkitError within seconds if there is no answer."""
    with current_folder_hidden(), native_messages_dropped():
        try:
            ray.init(
                address=address or "local",
                log_to_driver=False,
                logging_level="ERROR",
                include_dashboard=False if address in ("", "local") else None,
                runtime_env={"env_vars": {"PYTHONSAFEPATH": "1"} | _plugin_files()},
            )
        except Exception as error:  # Ray raises the class itself if a node does not start in time
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise SeqkitError(f"{_named(address)}: {reason}", FIX if address else FRESH_FIX) from error


def _named(address: str) -> str:
    return f"--address {address}" if address else "Ray cannot start a cluster on this machine"


def check_address(address: str) -> None:
    """Raise SeqkitError within seconds if a cluster that should be running there does not answer. Needs no Ray."""
    if address == "auto":
        address = _recorded()
    if address and address not in ("auto", "local"):
        check_answers(address)


def _plugin_files() -> dict[str, str]:
    """The environment variable with the paths of `--plugin` files, which must be the same on each node."""
    return {name: value for name, value in os.environ.items() if name == "SEQKIT_PLUGIN_FILES"}


def check_answers(address: str) -> None:
    """Raise SeqkitError unless a Ray server answers. Ray itself would retry for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        raise SeqkitError(
            f"--address {address}: not of the form HOST:PORT", "Write HOST:PORT, or auto.", exit_code=2
        )
    try:
        _check_service(address, host.strip("[]"), int(port))
    except OtherServer:
        raise _no_cluster(address, "the server at this address is not Ray") from None
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _no_cluster(address, f"no answer ({reason})") from error


def _no_cluster(address: str, reason: str) -> SeqkitError:
    """The error, in one line, for an address without a cluster."""
    return SeqkitError(f"--address {address}: {reason}; check with `ray status` that the cluster is running")


def encrypted() -> bool:
    """Whether Ray uses TLS, which the checks do not support."""
    return os.environ.get("RAY_USE_TLS", "0").lower() not in ("0", "false", "")


def _check_service(address: str, host: str, port: int) -> None:
    """Raise SeqkitError if the service does not answer, or if the cluster requires a token and none is set."""
    if encrypted():
        connected(host, port, time.monotonic() + SECONDS).close()
        return
    method = METHODS["ray://" if address.startswith("ray://") else ""]
    status = status_of_call(host, port, method, SECONDS)
    if status == UNAUTHENTICATED and os.environ.get("RAY_AUTH_MODE") != "token":
        raise SeqkitError(f"--address {address}: the cluster requires a token", TOKEN_FIX)
    if status in (TIMED_OUT, UNAVAILABLE):
        raise _no_cluster(address, "no answer (unavailable)")


def _recorded() -> str:
    """The HOST:PORT that `auto` stands for, or "" if Ray has to find it."""
    address = os.environ.get("RAY_ADDRESS", "") or _latest_cluster()
    return address if re.fullmatch(r"(ray://)?[^/]+:\d+", address) else ""


def _latest_cluster() -> str:
    """The address of the cluster that was started last on this machine, which may have ended; "" if there is none."""
    folder = os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or "/tmp"
    try:
        return Path(folder, ADDRESS_FILE).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


@contextmanager
def native_messages_dropped() -> Iterator[None]:
    """A context that drops Ray's messages on stderr, such as one for each of twenty attempts to connect."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def current_folder_hidden() -> Iterator[None]:
    """A context in which the current folder, and that of the script, are the root folder.

    Ray puts both on the module search path of all workers. The folder must continue to exist, because the processes of
    a cluster that is started here run in it.
    """
    folder, script = os.getcwd(), sys.argv[0]
    os.chdir(os.path.abspath(os.sep))
    sys.argv[0] = os.path.join(os.path.abspath(os.sep), "seqkit")
    try:
        yield
    finally:
        os.chdir(folder)
        sys.argv[0] = script
