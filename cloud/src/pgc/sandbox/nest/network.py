"""The network of a confined program: its own loopback, and one way out that leads to the internet alone."""

from __future__ import annotations

import _socket as socket  # without enum and selectors, which would cost every start 15 ms
import os
import struct

from pgc.sandbox.nest import namespaces
from pgc.sandbox.nest.closed import CLOSED, LAN, attached
from pgc.sandbox.nest.netlink import Netlink
from pgc.sandbox.nest.slirp import GATEWAY, RESOLVER, Slirp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pgc.sandbox.nest.plan import Plan

PROGRAM, ROUTER = "198.18.0.100", "198.18.0.1"
_OUTSIDE, _INSIDE, _TAP = "run0", "eth0", "tap0"
_EVERYWHERE = "0.0.0.0/0"
__all__ = ["PROGRAM", "RESOLVER", "open_lan", "settle"]


def settle(plan: Plan) -> None:
    """Into new users, and the network that the plan asks for.

    Raises:
        OSError: a part of it cannot be had.
    """
    if plan.network != "internet":
        namespaces.enter_new_users()
        if plan.network == "none":
            namespaces.enter_new_network()
            _start_loopback(Netlink())
        return
    closed = _closed()
    slirp = Slirp(plan.slirp, plan.socket, _TAP)  # still on the machine's network, which it is to use
    namespaces.enter_new_users()
    namespaces.enter_new_network()
    router = Netlink()
    slirp.come_here()
    _answer_at_once()
    _connect(router, closed)
    slirp.wait()
    _lead_out(router, plan.through)
    if plan.control is not None:
        _hand_over(router, plan.control)


def _hand_over(router: Netlink, control: int) -> None:
    """To whoever started this, so that routes can be changed from outside."""
    file = struct.pack("i", router.connection.fileno())
    keeper = socket.socket(fileno=control)
    keeper.sendmsg([b"router"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, file)])
    keeper.close()


def open_lan(router: socket.socket) -> None:
    """The home's network, too, from now on; to be called by whoever has the router's connection."""
    speaker = Netlink(router)
    networks = {*LAN, *attached(Netlink().addresses())}
    for network in networks:
        try:
            speaker.open_up(network)
        except ProcessLookupError:  # not closed: such as a network that the machine has joined meanwhile
            continue


def _closed() -> list[str]:
    """What nothing leads to: this machine's addresses, and the home's network."""
    addresses = Netlink().addresses()
    own = (address for address, _ in addresses)
    return list(dict.fromkeys([*CLOSED, *own, *LAN, *attached(addresses)]))


def _answer_at_once() -> None:
    """Whoever tries a closed network is told each time; else once a second, and the other times it would wait."""
    try:
        with open("/proc/sys/net/ipv4/icmp_ratelimit", "w") as setting:
            setting.write("0")
    except OSError:
        return  # in containers that cannot be set, and is no harm


def _connect(router: Netlink, closed: list[str]) -> None:
    """From the router's network into the program's, with a cable between them."""
    for network in closed:
        router.close_off(network)
    program_network = namespaces.enter_new_network()
    program = Netlink()
    router.add_pair(_OUTSIDE, _INSIDE, program_network)
    os.close(program_network)
    _start_loopback(program)
    inside, outside = program.device(_INSIDE), router.device(_OUTSIDE)
    program.set_up(inside)
    program.add_address(inside, PROGRAM)
    program.add_route(ROUTER, inside)
    program.add_route(_EVERYWHERE, inside, via=ROUTER)
    router.set_up(outside)
    router.add_address(outside, ROUTER)
    router.add_route(PROGRAM, outside)
    router.forward(outside)


def _start_loopback(network: Netlink) -> None:
    network.set_up(network.device("lo"))


def _lead_out(router: Netlink, through: list[str]) -> None:
    tap = router.device(_TAP)
    router.set_up(tap)
    router.forward(tap)
    router.answer_for_others(tap)  # slirp asks who has the program's address
    for address in (GATEWAY, RESOLVER):
        router.add_route(address, tap)
    for network in (*through, _EVERYWHERE):
        router.add_route(network, tap, via=GATEWAY)
