"""An address without a Ray cluster is refused within seconds, whatever server listens there."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from seqkit_ray import connecting, engine
from seqkit_ray.connecting import check_address, check_answers

from seqkit import SeqkitError

SETTINGS = b"\0\0\0\4\0" + bytes(4)


def headers(fields, last=True):
    """A frame of an answer with header fields."""
    return len(fields).to_bytes(3, "big") + bytes((1, 4 | last)) + (1).to_bytes(4, "big") + fields


GRPC = b"\x88@\x0ccontent-type\x10application/grpc"
"""Status 200 and content type, as Ray 2.60 sends them (captured)."""
TOKEN = GRPC + b"\0\x0bgrpc-status\x0216\0\x0cgrpc-message>InvalidAuthToken: "
DONE = b"@\x0bgrpc-status\x010"
HUFFMAN = b"\x88\x5f\x8b" + bytes.fromhex("1d75d0620d263d4c4d6564")
"""The same, as servers in Go write it (RFC 7541, appendix B)."""


@pytest.fixture
def server():
    """Starts a server that answers with some bytes (None: never), and then is silent; gives its address."""
    opened = []

    def start(answer, pause=0.0, closes=True):
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)

        def serve():
            connection, _ = listener.accept()
            opened.append(connection)
            with suppress(OSError):  # the client has gone
                if answer is not None:
                    connection.recv(1000)
                    for byte in [answer[at : at + 1] for at in range(len(answer))] if pause else [answer]:
                        connection.sendall(byte)
                        time.sleep(pause)
                    if closes:
                        connection.close()

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for one in opened:
        one.close()


@pytest.mark.parametrize("scheme", ["", "ray://"])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "no answer (timed out)"),
        (b"", "is not Ray"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is not Ray"),
        (SETTINGS + headers(b"\x8dv\x84\xea"), "is not Ray"),  # a proxy: 404
        (SETTINGS + headers(GRPC + b"@\x0bgrpc-status\x0214"), "no answer (unavailable)"),
    ],
)
def test_what_does_not_speak_the_protocol(server, monkeypatch, scheme, answer, said):
    monkeypatch.setattr(connecting, "SECONDS", 0.3)
    address = scheme + server(answer)
    begun = time.monotonic()
    with pytest.raises(SeqkitError) as caught:
        check_answers(address)
    assert said in caught.value.problem and address in caught.value.problem
    assert "ray status" in str(caught.value) and "\n" not in str(caught.value)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(("answer", "pause"), [(SETTINGS, 0.0), (SETTINGS + headers(GRPC), 0.1)])
def test_the_time_limit_holds_for_all_steps_together(server, monkeypatch, answer, pause):
    """Ray waits two minutes for a server that greets and is silent; one that sends a byte now and then never ends."""
    monkeypatch.setattr(connecting, "SECONDS", 0.3)
    address, begun = server(answer, pause, closes=False), time.monotonic()
    with pytest.raises(SeqkitError, match=r"no answer \(timed out\)"):
        check_answers(address)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("first", [GRPC, HUFFMAN])
def test_answers_of_a_cluster(server, first):
    message = b"\0\0\x05\0\0" + (1).to_bytes(4, "big") + bytes(5)
    check_answers(server(SETTINGS + headers(first, last=False) + message + headers(DONE)))


def test_a_cluster_that_asks_for_a_token(server, monkeypatch):
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    with pytest.raises(SeqkitError, match="requires a token") as caught:
        check_answers(server(SETTINGS + headers(TOKEN)))
    assert "RAY_AUTH_MODE=token" in caught.value.fix
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    check_answers(server(SETTINGS + headers(TOKEN)))


@pytest.fixture
def service():
    """Starts a server of gRPC that answers every call with a code; gives its address."""
    grpc = pytest.importorskip("grpc")
    servers = []

    def start(code):
        class Answer(grpc.GenericRpcHandler):
            def service(self, details):
                return grpc.unary_unary_rpc_method_handler(
                    lambda request, context: context.abort(getattr(grpc.StatusCode, code), "no")
                )

        server = grpc.server(ThreadPoolExecutor(1), [Answer()])
        servers.append(server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        return f"127.0.0.1:{port}"

    yield start
    for server in servers:
        server.stop(None)


def test_answers_of_a_service_pass_and_those_of_a_proxy_do_not(service, monkeypatch):
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    check_answers(service("UNIMPLEMENTED"))
    with pytest.raises(SeqkitError, match=r"no answer \(unavailable\)"):
        check_answers(service("UNAVAILABLE"))
    with pytest.raises(SeqkitError, match="requires a token"):
        check_answers("ray://" + service("UNAUTHENTICATED"))


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:", "ray://host:port"])
def test_addresses_of_another_form(address):
    with pytest.raises(SeqkitError, match="not of the form HOST:PORT"):
        check_answers(address)


def test_a_port_where_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SeqkitError, match=r"no answer \(Connection refused\)"):
        check_answers(address)
    with pytest.raises(SeqkitError, match="no answer"):
        check_answers("127.0.0.1:99999")


def test_a_name_that_is_not_resolved_in_time(monkeypatch):
    monkeypatch.setattr(connecting, "SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **named: time.sleep(1) or [])
    with pytest.raises(SeqkitError, match=r"host.example:6379: no answer \(timed out\)"):
        check_answers("host.example:6379")


def test_auto_means_a_cluster_that_has_ended(monkeypatch, tmp_path):
    """Ray leaves the address of a cluster behind that was killed, and tries it for 20 s."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    check_address("auto")  # Ray says that there is none
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text(address)
    with pytest.raises(SeqkitError, match="Connection refused"):
        check_address("auto")
    monkeypatch.setenv("RAY_ADDRESS", "http://127.0.0.1:8265")  # of another service of Ray
    check_address("auto")
    check_address("")


def test_the_address_is_checked_before_ray_is_imported(monkeypatch):
    asked = []
    monkeypatch.setattr(engine, "find_spec", lambda name: True)
    monkeypatch.setattr(engine, "_initialized", lambda: False)
    monkeypatch.setattr(engine, "check_address", asked.append)
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(SeqkitError, match="needs the package ray"):
        engine.ray_module("host:1")
    assert asked == ["host:1"]


def test_a_cluster_that_does_not_start_is_one_line():
    """Ray raises Exception itself if a node does not start within 30 s, as on a busy machine."""

    class Ray:
        def init(self, **named):
            raise Exception("The current node timed out during startup.\nMore.")

    with pytest.raises(
        SeqkitError, match="cannot start a cluster on this machine: The current node timed out"
    ):
        connecting.connect(Ray(), "")
