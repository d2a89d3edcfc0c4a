"""The forwarder lasts as long as its NodeServer, whatever that leaves it to work with."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgc_interface import forwarder

PATIENCE = 20.0


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """Where a run's door would be; its path is short enough for any folder of tests."""
    with tempfile.TemporaryDirectory(prefix="d", dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(folder) / "mqtt"))
        listener.listen(1)
        listener.settimeout(PATIENCE)
        yield listener


@pytest.fixture
def port(door: socket.socket) -> Iterator[tuple[str, int]]:
    """Where a forwarder to that door listens, in this process; its leash is never pulled."""
    leash, _held = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listens = (listener, leash, door.getsockname())
        threading.Thread(target=forwarder.main, args=listens, daemon=True).start()
        yield listener.getsockname()


@pytest.mark.parametrize("needed", [1, 2])
def test_a_lack_of_threads_costs_one_connection_and_no_place(
    needed: int, port: tuple[str, int], door: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each connection takes two: whichever is refused, more often than there are places, the next one gets through."""
    began, given = forwarder._begin, []

    def refused(*what: object) -> threading.Thread:
        given.append(what)
        if len(given) % needed == 0:
            raise RuntimeError("can't start new thread")
        return began(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(forwarder, "PAUSE", 0.0)
    monkeypatch.setattr(forwarder, "_begin", refused)
    for _ in range(forwarder.MOST + 1):
        with socket.create_connection(port, PATIENCE) as client:
            assert client.recv(1) == b""
            if needed > 1:
                door.accept()[0].close()
    monkeypatch.setattr(forwarder, "_begin", began)
    with socket.create_connection(port, PATIENCE) as client:
        client.sendall(b"hello")
        inside, _ = door.accept()
        with inside:
            assert inside.recv(5, socket.MSG_WAITALL) == b"hello"
