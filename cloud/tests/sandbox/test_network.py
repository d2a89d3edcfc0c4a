"""Where a confined program can get to, on a machine with a home around it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from pgc.sandbox.contract import Access, Confined, Network, Sandbox
from pgc.sandbox.execute import execute
from pgc.sandbox.nest.closed import attached
from pgc.sandbox.python import interpreter
from pgc.sandbox.reach import network_to

from . import world
from .machine import Machine, machine

Reach = Callable[..., Awaitable[list[str]]]
TRY = """
import json, socket, sys
for host, port in json.loads(sys.argv[1]):
    try:
        with socket.create_connection((host, port), timeout=20) as connection:
            print(connection.recv(100).decode().strip())
    except OSError as error:
        print(type(error).__name__, error.errno)
"""
SEND = f"""
import socket, struct
def attempt(where, *options):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        try:
            for level, name, value in options:
                sender.setsockopt(level, name, value)
            sender.sendto(str(where).encode(), (where, {world.PORT}))
        except OSError as error:
            print(where, error.strerror)
device = socket.if_nametoindex("eth0")
bound = (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
through = (socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4s4si", bytes(4), bytes(4), device))
attempt("{world.GROUP}", bound)
attempt("{world.GROUP}", through)
attempt("{world.GROUP}", (socket.SOL_SOCKET, socket.SO_BROADCAST, 1))
attempt("255.255.255.255", bound, (socket.SOL_SOCKET, socket.SO_BROADCAST, 1))
attempt("{world.HOME}", bound)
attempt("{world.LINK_LOCAL}", bound)
attempt("{world.MACHINE}", bound)
attempt("{world.INTERNET}")
"""


@pytest.fixture
async def around(isolated: Sandbox) -> AsyncIterator[Machine]:
    async with machine(isolated) as made:
        yield made


@pytest.fixture
def reach(around: Machine) -> Reach:
    """Tries to connect to these hosts, at the port of all, from inside; what each has said."""

    async def attempt(*hosts: str, network: Network | None = None) -> list[str]:
        argv = json.dumps([[host, world.PORT] for host in hosts])
        return await run(around, TRY, argv, network=network or Network())

    return attempt


async def run(sandbox: Sandbox, code: str, *arguments: str, network: Network) -> list[str]:
    lines: list[str] = []
    argv = (str(interpreter()), "-I", "-S", "-c", code, *arguments)
    confined = Confined(argv, Path("/"), {"PATH": "/usr/bin:/bin"}, network=network)
    assert await execute(sandbox, confined, timeout=100, on_line=lines.append) == 0, lines
    return lines


def refused(answers: list[str]) -> list[bool]:
    """No host, network or service there; not the end of the attempt's time, which would hide a slow way."""
    return [answer.split()[0] in {"OSError", "ConnectionRefusedError"} for answer in answers]


async def test_the_internet_is_reached_and_nothing_nearer(reach: Reach) -> None:
    far, *near = await reach(
        world.INTERNET,
        *(world.MACHINE, world.PUBLIC, "127.0.0.1"),
        *(world.HOME, world.LINK_LOCAL),
        *("198.18.0.1", "198.18.0.2", "198.18.0.3", "198.18.0.50"),
        *("10.1.2.3", "100.64.1.2", "172.16.1.2", "192.168.0.1", "::1", "fe80::1", "fd00::1"),
    )
    assert far == "outside"
    assert refused(near) == [True] * len(near), near


async def test_sockets_that_ask_for_no_route_get_no_further(around: Machine) -> None:
    """Bound to the device, or to a group on it, they pass by the routes of their own network."""
    await run(around, SEND, network=Network())
    assert await around.heard() == world.INTERNET


async def test_an_address_is_let_through_alone(reach: Reach) -> None:
    network = Network(through=(world.HOME,))
    answers = await reach(world.INTERNET, world.HOME, world.MACHINE, world.LINK_LOCAL, network=network)
    assert answers[:2] == ["outside", "outside"]
    assert refused(answers[2:]) == [True, True]


async def test_even_this_machine_may_be_let_through(reach: Reach) -> None:
    assert await reach(world.MACHINE, network=Network(through=(world.MACHINE,))) == ["the machine"]


async def test_the_shared_network_is_the_machines(reach: Reach) -> None:
    answers = await reach("127.0.0.1", world.HOME, network=Network(Access.SHARED))
    assert answers == ["the machine", "outside"]


async def test_without_a_network_there_is_loopback_alone(reach: Reach, around: Machine) -> None:
    none = Network(Access.NONE)
    assert refused(await reach(world.INTERNET, world.MACHINE, "127.0.0.1", network=none)) == [True] * 3
    code = (
        "import socket; print([name for _, name in socket.if_nameindex()])\n"
        "with socket.create_server(('127.0.0.1', 0)): print('serves')"
    )
    assert await run(around, code, network=none) == ["['lo']", "serves"]


async def test_nothing_of_it_can_be_changed_from_inside(around: Machine) -> None:
    code = (
        "import socket, struct\n"
        "kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)\n"
        "for order in (16, 20, 24, 25):\n"  # a link, an address, a route; a route away
        "    kernel.send(struct.pack('=IHHII', 32, order, 5, 1, 0) + bytes(16))\n"
        "    print(struct.unpack_from('=i', kernel.recv(4096), 16)[0])\n"
        "try: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\nexcept OSError: print('no packets')\n"
        "try: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)\nexcept OSError: print('no raw ones')"
    )
    assert await run(around, code, network=Network()) == ["-1"] * 4 + ["no packets", "no raw ones"]


async def test_names_are_asked_of_the_networks_own_resolver(around: Machine) -> None:
    lines = await run(around, "print(open('/etc/resolv.conf').read().strip())", network=Network())
    assert lines == ["nameserver 198.18.0.3"]


def test_the_networks_that_a_machine_is_in_are_the_homes() -> None:
    addresses = [("127.0.0.1", 8), ("203.0.113.10", 24), ("192.168.77.1", 22), ("203.0.113.200", 32)]
    assert attached(addresses) == ["203.0.113.0/24", "192.168.76.0/22"]


def test_hosts_that_must_be_reached_are_let_through_or_the_network_is_shared() -> None:
    assert network_to(["192.168.77.2", "no-such-host.invalid"]) == Network(through=("192.168.77.2",))
    assert network_to(["localhost", "192.168.77.2"]).access is Access.SHARED
    assert network_to([]) == Network()
