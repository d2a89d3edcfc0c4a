"""A NodeServer that asks to be reached is, at the port that its owner has published; and nobody is without that."""

import asyncio
import socket

import pytest

from pgc.nodeservers.errors import NotPossibleNow
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State

from .home import Home

ANSWERS = """
import socket, threading
import pgc_interface
poly = pgc_interface.Interface()
poly.start()
def serve():
    with socket.create_server(("", 3000)) as listener:
        told = poly.init
        pgc_interface.LOGGER.info("serves since %s at %s", told["timeStarted"], told["netInfo"]["publicPort"])
        while True:
            with listener.accept()[0] as connection:
                connection.sendall(b"the NodeServer")
threading.Thread(target=serve, daemon=True).start()
"""


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        return connection.recv(100)


async def serves(home: Home, nodeserver: NodeServer, port: int) -> None:
    """The run that there is now does, and knows itself reached at this port."""
    await home.until(nodeserver, State.RUNNING)
    await home.said(nodeserver, f"serves since {nodeserver.record.time_started} at {port}")


async def stop(home: Home, nodeserver: NodeServer) -> None:
    await home.platform.manager.stop(nodeserver.worker)
    await home.until(nodeserver, State.STOPPED)


async def test_its_port_is_published_and_stays_its_own(home: Home) -> None:
    if not home.sandbox.networked:
        pytest.skip(home.sandbox.reason)
    nodeserver = await home.add(home.write("answers", ANSWERS, tcpIngress=True))
    assert nodeserver.published_port == 0
    await home.platform.manager.set_network(nodeserver.worker, lan=False, published=True)
    port = nodeserver.published_port
    await home.start(nodeserver)
    await serves(home, nodeserver, port)
    assert await asyncio.to_thread(ask, port) == b"the NodeServer"
    await home.switch_off()
    await home.switch_on()
    nodeserver = home.platform.manager.get(nodeserver.worker)
    await serves(home, nodeserver, port)
    assert await asyncio.to_thread(ask, port) == b"the NodeServer"
    await home.platform.manager.set_network(nodeserver.worker, lan=True, published=False)
    await stop(home, nodeserver)
    await home.start(nodeserver)
    await serves(home, nodeserver, 0)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.to_thread(ask, port)


async def test_one_that_does_not_ask_for_it_is_not_published(home: Home) -> None:
    nodeserver = await home.add(home.write("silent", ANSWERS))
    with pytest.raises(NotPossibleNow, match="does not ask to be reached"):
        await home.platform.manager.set_network(nodeserver.worker, lan=False, published=True)
    assert (nodeserver.published_port, nodeserver.record.port) == (0, 0)
