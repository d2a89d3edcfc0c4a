"""Connects to what listens on the host: loopback, its own addresses, unix sockets, and families that know no network.

Where something of the test listens, its banner tells that it was really reached. Nothing here does harm where it
succeeds, save to the home of the test.
"""

import errno
import fcntl
import os
import socket
import struct
from urllib.parse import urlsplit

from trying import Refused, attempt, targets

BANNER = targets()["banner"].encode()
SOON = 3.0
PATIENCE = 10.0
GET_ADDRESS = 0x8915
NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EPERM, errno.EACCES}


def banner(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(SOON)
        connection.connect(address)
        said = connection.recv(100)
        return said and (said, "of the test" if said.startswith(BANNER) else "of another")


def reached(addresses, port):
    """Those of the addresses at which the host's port answers."""
    got, reasons = [], []
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            if banner(family, (address, port)):
                got.append(address)
        except OSError as error:
            reasons.append(str(error))
    if got:
        return got
    raise Refused("; ".join(sorted(set(reasons))) or "nothing answered")


@attempt
def connect_to_the_hosts_loopback():
    return reached(["127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::ffff:127.0.0.1"], targets()["port"])  # noqa: S104


@attempt
def connect_to_the_hosts_own_addresses():
    return reached(targets()["addresses"] or ["127.0.0.1"], targets()["port"])


@attempt
def connect_to_the_host_by_its_gateway():
    """Networks in user space give the host an address of its own: their gateway, or the one beside it."""
    usual = [f"{network}.{host}" for network in ("10.0.2", "198.18.0") for host in (1, 2, 3)]
    return reached(sorted({*gateways(), *usual}), targets()["port"])


def gateways():
    with open("/proc/net/route") as file:
        fields = [line.split() for line in file.readlines()[1:]]
    return [socket.inet_ntoa(struct.pack("=L", int(line[2], 16))) for line in fields if line[2] != "00000000"]


@attempt
def connect_to_the_platforms_api():
    with socket.create_connection(("127.0.0.1", targets()["api port"]), SOON) as connection:
        connection.sendall(b"GET /api/nodeservers HTTP/1.0\r\n\r\n")
        answer = connection.recv(100)
    if b" 401 " in answer:
        raise Refused("it listens, but asks for its token")
    return answer


@attempt
def connect_to_the_isy_as_its_neighbour():
    """The platform's listener for ISYs, through which commands reach NodeServers."""
    url = urlsplit(targets()["neighbours ingress"])
    with socket.create_connection((url.hostname, url.port), SOON) as connection:
        connection.sendall(f"GET {url.path}/nodes/n020_controller/cmd/STOP HTTP/1.0\r\n\r\n".encode())
        answer = connection.recv(100)
    if b" 401 " in answer or b" 404 " in answer:
        raise Refused("it listens, but asks for the ISY's login")
    return answer


@attempt
def connect_to_link_local_addresses():
    """Where clouds keep the credentials of their machines. Silence could also mean that nobody lives there, so it has
    to be said that there is no way."""
    got = []
    for address in ("169.254.169.254", "169.254.170.2", "169.254.1.1"):
        try:
            socket.create_connection((address, 80), PATIENCE).close()
            got.append(f"{address} answers")
        except TimeoutError:
            got.append(f"{address} is silent")
        except OSError as error:
            if error.errno not in NO_WAY:
                raise
    return got


@attempt
def connect_to_an_abstract_socket():
    return banner(socket.AF_UNIX, f"\0{targets()['abstract']}")


@attempt
def connect_to_every_unix_socket():
    """Those of the platform and its keepers, of dbus, systemd and Docker; the broker's is ours to use."""
    usual = ("/run/dbus/system_bus_socket", "/run/docker.sock", "/var/run/docker.sock", "/run/systemd/private")
    got = []
    for path in [*targets()["unix sockets"], *usual]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            try:
                connection.connect(path)
            except OSError:
                continue
            got.append(path)
    return [path for path in got if path != targets()["places"]["broker"]]


@attempt
def connect_to_a_neighbours_keeper():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(targets()["neighbours keeper"])
        connection.sendall(b'{"op": "end", "grace": 0}\n')
        return "connected"


@attempt
def connect_to_its_own_keeper():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(os.path.join("..", "keeper.sock"))
        return "connected"


@attempt
def see_the_hosts_network():
    own = {address for _, name in socket.if_nameindex() if (address := address_of(name))}
    return own.intersection(targets()["addresses"]) or listening_ports().intersection([targets()["port"]])


def address_of(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking, GET_ADDRESS, struct.pack("256s", interface.encode()))
        except OSError:
            return None
    return socket.inet_ntoa(answer[20:24])


def listening_ports():
    with open("/proc/net/tcp") as file:
        lines = [line.split() for line in file.readlines()[1:]]
    return {int(line[1].rpartition(":")[2], 16) for line in lines if line[3] == "0A"}


@attempt
def open_a_raw_socket():
    """To forge packets, or to hear those of others."""
    got = []
    for family, kind, protocol in (
        (socket.AF_PACKET, socket.SOCK_RAW, 0x0300),
        (socket.AF_PACKET, socket.SOCK_DGRAM, 0x0300),
        (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP),
        (socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_TCP),
    ):
        try:
            socket.socket(family, kind, protocol).close()
        except OSError:
            continue
        got.append(f"{family.name} {kind.name}")
    return got


@attempt
def open_a_socket_beside_the_network():
    """Families that no network namespace holds, or that exist to be attacked: the hypervisor's, the kernel's crypto."""
    families = {"VSOCK": 40, "ALG": 38, "KEY": 15, "TIPC": 30, "BLUETOOTH": 31, "CAN": 29, "RDS": 21, "XDP": 44}
    got = []
    for name, family in families.items():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
            try:
                socket.socket(family, kind, 0).close()
            except OSError:
                continue
            got.append(name)
            break
    return got


@attempt
def change_the_network():
    """By netlink, as `ip` does it: the loopback interface up, which it is."""
    message = struct.pack("=BBHiII", socket.AF_UNSPEC, 0, 1, 1, 1, 1)
    header = struct.pack("=LHHLL", 16 + len(message), 16, 0x5, 1, 0)  # RTM_NEWLINK, asked to be answered
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as link:
        link.settimeout(SOON)
        link.send(header + message)
        answer = link.recv(4096)
    code = -struct.unpack_from("=i", answer, 16)[0]
    if code:
        raise OSError(code, os.strerror(code))
    return "the interface was set up"
