"""Call a method of a gRPC server over a plain socket, within a number of seconds, to learn whether it answers.

Ray waits up to two minutes for a server that accepts connections and never answers, and the package grpc, whose calls
have a time limit, is optional in Ray. A call is one HTTP/2 request (RFC 9113) whose header fields are literals
(RFC 7541, section 6.2.2), and gRPC's status is a field of the answer.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import NamedTuple

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_OF_STREAM, END_OF_HEADERS, ACKNOWLEDGED = 1, 4, 1
"""Flags of frames."""
LONGEST = 1 << 14
"""Maximum bytes of a frame, unless the client allows more."""
GRPC = (b"application/grpc", bytes.fromhex("1d75d0620d263d4c4d6564"))
"""The content type of an answer: as it is, and in Huffman's code of RFC 7541."""
STATUS = re.compile(rb"grpc-status[\x01\x02](\d{1,2})")


class OtherServer(Exception):
    """The server at the address does not speak gRPC."""


class Frame(NamedTuple):
    """A frame of HTTP/2."""

    kind: int
    flags: int
    stream: int
    data: bytes

    def pack(self) -> bytes:
        """The bytes of the frame."""
        head = len(self.data).to_bytes(3, "big") + bytes((self.kind, self.flags))
        return head + self.stream.to_bytes(4, "big") + self.data


def status_of_call(host: str, port: int, method: str, seconds: float) -> int:
    """The gRPC status (0: OK) of a call without arguments.

    Raises OSError if there is no answer within so many seconds, and OtherServer for an answer that is not gRPC's.
    """
    end = time.monotonic() + seconds
    with connected(host, port, end) as connection:
        request = [
            Frame(SETTINGS, 0, 0, b""),
            Frame(HEADERS, END_OF_HEADERS, 1, _fields(f"{host}:{port}", method)),
            Frame(DATA, END_OF_STREAM, 1, bytes(5)),  # an empty message
        ]
        connection.sendall(PREFACE + b"".join(frame.pack() for frame in request))
        return _status(_frames(lambda size: _read(connection, size, end)))


def connected(host: str, port: int, end: float) -> socket.socket:
    """A connection to the first address of a host that accepts it. Args: end, time.monotonic() of the time limit."""
    fault: OSError = TimeoutError("timed out")
    for address in _addresses(host, port, end):
        try:
            return socket.create_connection(address, _left(end))
        except OSError as error:
            fault = error
    raise fault


def _addresses(host: str, port: int, end: float) -> list[tuple[str, int]]:
    """The addresses of a host. The system's resolver has no time limit: a thread waits for it."""
    found: SimpleQueue[list[tuple[str, int]] | OSError] = SimpleQueue()

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([(str(entry[4][0]), port) for entry in entries])
        except OSError as error:
            found.put(error)
        except ValueError as error:  # a name that cannot be encoded
            found.put(OSError(str(error)))

    threading.Thread(target=resolve, daemon=True).start()
    try:
        result = found.get(timeout=_left(end))
    except Empty:
        raise TimeoutError("timed out") from None
    if isinstance(result, OSError):
        raise result
    return result


def _left(end: float) -> float:
    """Seconds until the time limit. Raises TimeoutError after it."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _read(connection: socket.socket, size: int, end: float) -> bytes:
    """Exactly so many bytes. Raises OtherServer if the connection is closed before."""
    data = b""
    while len(data) < size:
        connection.settimeout(_left(end))
        more = connection.recv(size - len(data))
        if not more:
            raise OtherServer
        data += more
    return data


def _frames(read: Callable[[int], bytes]) -> Iterator[Frame]:
    """The frames of an answer. Raises OtherServer if it does not begin as HTTP/2 does."""
    begun = False
    while True:
        # The length comes first: of an answer in another protocol, no more than that needs to arrive.
        size = int.from_bytes(read(3), "big")
        kind = read(1)[0]
        if size > LONGEST or (not begun and kind != SETTINGS):
            raise OtherServer
        begun, flags, stream = True, read(1)[0], int.from_bytes(read(4), "big")
        yield Frame(kind, flags, stream, read(size))


def _status(frames: Iterator[Frame]) -> int:
    """The status of the call. Raises OtherServer where a server or proxy of HTTP/2 refuses it."""
    grpc = False
    for frame in frames:
        if frame.kind == GOAWAY or (frame.kind == RESET and frame.stream == 1):
            raise OtherServer
        if frame.stream != 1:
            continue
        if frame.kind == HEADERS:
            grpc = grpc or any(name in frame.data for name in GRPC)
            if not grpc:
                raise OtherServer
            if found := STATUS.search(frame.data):
                return int(found[1])
        if frame.flags & END_OF_STREAM and frame.kind in (DATA, HEADERS):
            break
    return 0  # in a code that is not read here


def _fields(authority: str, method: str) -> bytes:
    """The header fields of a request, each as a literal without index."""
    fields = {
        **{":method": "POST", ":scheme": "http", ":path": method, ":authority": authority},
        **{"te": "trailers", "content-type": "application/grpc"},
    }
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in fields.items())


def _text(value: str) -> bytes:
    """A string with its length in front, as an integer with a prefix of 7 bits (RFC 7541, section 5.1)."""
    data = value.encode()
    if len(data) < 127:
        return bytes((len(data),)) + data
    rest, length = len(data) - 127, bytes((127,))
    while rest >= 128:
        length += bytes((rest % 128 + 128,))
        rest //= 128
    return length + bytes((rest,)) + data
