"""A machine for tests, and around it a home's network and an internet, all in network namespaces of their own.

    home and internet                              machine
    192.168.77.2, 169.254.169.254, 203.0.113.9 ─── 192.168.77.1, 203.0.113.10, 127.0.0.1

Run by path with the folder of ``pgc``; prints ``ready`` and serves until its input ends. Who connects is told where it
has come to; what datagrams out of the machine say is printed.
"""

import selectors
import socket
import struct
import sys

PORT = 7777
HOME, LINK_LOCAL, INTERNET = "192.168.77.2", "169.254.169.254", "203.0.113.9"
MACHINE, PUBLIC = "192.168.77.1", "203.0.113.10"
GROUP = "239.7.7.7"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - of namespaces that nobody else is in


def main(source: str) -> None:
    sys.path.append(source)
    from pgc.sandbox.nest import namespaces
    from pgc.sandbox.nest.netlink import Netlink

    namespaces.enter_new_users()
    outside = namespaces.enter_new_network()
    around, home, heard = Netlink(), listener(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    namespaces.enter_new_network()
    machine, own = Netlink(), listener()
    machine.add_pair("inner", "outer", outside)
    inner, outer = machine.device("inner"), around.device("outer")
    for speaker, device in ((machine, inner), (around, outer), (machine, machine.device("lo"))):
        speaker.set_up(device)
    for address in (MACHINE, PUBLIC):
        machine.add_address(inner, address)
    for address in (HOME, LINK_LOCAL, INTERNET):
        around.add_address(outer, address)
    machine.add_route(HOME, inner)
    machine.add_route("0.0.0.0/0", inner, via=HOME)
    around.add_route("0.0.0.0/0", outer)
    heard.bind((EVERYWHERE, PORT))
    join = struct.pack("=4s4si", socket.inet_aton(GROUP), bytes(4), outer)
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
    serve({home: b"outside\n", own: b"the machine\n"}, heard)


def listener() -> socket.socket:
    made = socket.socket()
    made.bind((EVERYWHERE, PORT))
    made.listen()
    return made


def serve(listeners: dict[socket.socket, bytes], heard: socket.socket) -> None:
    selector = selectors.DefaultSelector()
    for source in (*listeners, heard, sys.stdin):
        selector.register(source, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            source = key.fileobj
            if source is sys.stdin:
                return
            if source is heard:
                print(heard.recv(1500).decode(), flush=True)
            elif isinstance(source, socket.socket):
                with source.accept()[0] as connection:
                    connection.sendall(listeners[source])


if __name__ == "__main__":
    main(sys.argv[1])
