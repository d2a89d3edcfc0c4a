"""The network of a program that has to reach certain hosts, wherever these are."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv4Address

from pgc.sandbox.contract import Access, Network

MOST_ADDRESSES = 32


def network_to(hosts: Iterable[str]) -> Network:
    """The internet, and exactly these hosts besides it. One that is this machine by way of its loopback can be reached
    only on the machine's own network, so then it is that. Asks for names: not to be called on the event loop."""
    addresses = sorted({address for host in hosts for address in _addresses(host)})
    if any(IPv4Address(address).is_loopback for address in addresses):
        return Network(Access.SHARED)
    return Network(through=tuple(addresses[:MOST_ADDRESSES]))


def _addresses(host: str) -> Iterator[str]:
    with suppress(OSError, UnicodeError):
        for *_, address in socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM):
            yield str(address[0])
