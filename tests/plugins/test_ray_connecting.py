"""An address where no Ray cluster answers is refused within seconds, whatever listens there."""

from __future__ import annotations

import socket
import threading
import time

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
        (b"", "something else than Ray"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "something else than Ray"),
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


def test_a_server_that_begins_with_its_settings_passes(server):
    check_answers(server(bytes((0, 0, 6, connecting.SETTINGS, 0, 0, 0, 0, 0)) + bytes(6)))


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:", "ray://host:port"])
def test_addresses_of_another_form(address):
    with pytest.raises(SeqkitError, match="not of the form HOST:PORT"):
        check_answers(address)


def test_a_port_where_nothing_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SeqkitError, match=r"no answer \(Connection refused\)"):
        check_answers(address)
