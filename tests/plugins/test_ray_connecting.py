"""An address where no Ray cluster answers is refused within seconds, whatever listens there."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from seqkit_ray import connecting
from seqkit_ray.connecting import check_answers

from seqkit import SeqkitError


@pytest.fixture
def server():
    """Starts a server that answers with some bytes (None: never); gives its address."""
    opened = []

    def start(answer):
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)

        def serve():
            connection, _ = listener.accept()
            opened.append(connection)
            if answer is not None:
                connection.recv(1000)
                connection.sendall(answer)
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
    ],
)
def test_what_does_not_speak_the_protocol(server, monkeypatch, scheme, answer, said):
    monkeypatch.setattr(connecting, "SECONDS", 0.3)
    address = scheme + server(answer)
    begun = time.monotonic()
    with pytest.raises(SeqkitError) as caught:
        check_answers(address)
    assert said in caught.value.problem and address in caught.value.problem
    assert "ray status" in caught.value.fix and time.monotonic() - begun < 2


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


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_cluster_that_asks_for_a_token(service, monkeypatch, scheme):
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    address = scheme + service("UNAUTHENTICATED")
    with pytest.raises(SeqkitError, match="requires a token") as caught:
        check_answers(address)
    assert "RAY_AUTH_MODE=token" in caught.value.fix
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    check_answers(address)


def test_answers_of_a_service_pass_and_those_of_a_proxy_do_not(service):
    check_answers(service("UNIMPLEMENTED"))
    with pytest.raises(SeqkitError, match=r"no answer \(unavailable\)"):
        check_answers(service("UNAVAILABLE"))


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:", "ray://host:port"])
def test_addresses_of_another_form(address):
    with pytest.raises(SeqkitError, match="not of the form HOST:PORT"):
        check_answers(address)


def test_a_port_where_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SeqkitError, match=r"no answer \(Connection refused\)"):
        check_answers(address)
