"""Join or start a Ray cluster; refuse an address where none answers within seconds."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seqkit import SeqkitError

SECONDS = 3.0
"""Seconds within which an address must accept the connection, and again to answer."""
SETTINGS = 4
"""Type of the SETTINGS frame, the first frame that an HTTP/2 server sends."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, SETTINGS, 0, 0, 0, 0, 0))
"""Connection preface of an HTTP/2 client (RFC 9113, section 3.4); Ray's servers use gRPC, which is based on HTTP/2."""
FIX = "Check with `ray status` that the cluster is running."

TOKEN_FIX = "Set RAY_AUTH_MODE=token, with the token in RAY_AUTH_TOKEN or in ~/.ray/auth_token."
METHODS = {"": "/ray.rpc.NodeInfoGcsService/GetClusterId", "ray://": "/ray.rpc.RayletDriver/ClusterInfo"}
"""Scheme of an address -> an inexpensive gRPC method of the service."""


def connect(ray: Any, address: str) -> None:
    """Join or start a cluster. Raises SeqkitError within seconds if there is no answer."""
    if address and address not in ("auto", "local"):
        check_answers(address)
    with current_folder_hidden(), native_messages_dropped():
        try:
            ray.init(
                address=address or "local",
                log_to_driver=False,
                logging_level="ERROR",
                include_dashboard=False if address in ("", "local") else None,
                runtime_env={"env_vars": {"PYTHONSAFEPATH": "1"} | _plugin_files()},
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise SeqkitError(f"--address {address}: {reason}", FIX) from error


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
        with socket.create_connection((host.strip("[]"), int(port)), SECONDS) as connection:
            if encrypted():
                return
            _check_protocol(address, connection)
    except OSError as error:
        raise SeqkitError(f"--address {address}: no answer ({error.strerror or error})", FIX) from error
    _check_service(address, f"{host}:{port}")


def encrypted() -> bool:
    """Whether Ray uses TLS, which the checks do not support."""
    return os.environ.get("RAY_USE_TLS", "0").lower() not in ("0", "false", "")


def _check_protocol(address: str, connection: socket.socket) -> None:
    """Raise SeqkitError for another kind of server, and TimeoutError for one that does not answer."""
    connection.settimeout(SECONDS)
    connection.sendall(PREFACE)
    frame = b""
    while len(frame) < 4:
        data = connection.recv(4 - len(frame))
        if not data:
            break
        frame += data
    if len(frame) < 4 or frame[3] != SETTINGS:
        raise SeqkitError(f"--address {address}: the server at this address is not Ray", FIX)


def _check_service(address: str, target: str) -> None:
    """Raise SeqkitError if a proxy answers in place of Ray, or if the cluster requires a token and none is set."""
    try:
        import grpc
    except ImportError:  # an optional package of Ray
        return
    method = METHODS["ray://" if address.startswith("ray://") else ""]
    with grpc.insecure_channel(target, [("grpc.enable_http_proxy", 0)]) as channel:
        try:
            channel.unary_unary(method)(b"", timeout=SECONDS)
        except grpc.RpcError as error:
            code, details = error.code(), error.details() or ""
            if code is grpc.StatusCode.UNAUTHENTICATED and os.environ.get("RAY_AUTH_MODE") != "token":
                raise SeqkitError(f"--address {address}: the cluster requires a token", TOKEN_FIX) from error
            # An HTTP proxy answers with an HTTP status, which gRPC servers never do.
            absent = code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
            if absent or "http2 header" in details:
                problem = f"--address {address}: no answer ({code.name.lower()})"
                raise SeqkitError(problem, FIX) from error


@contextmanager
def native_messages_dropped() -> Iterator[None]:
    """A context that drops the messages of Ray's C++ code on stderr: one for each of twenty attempts to connect."""
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
