"""Isolation by bubblewrap: namespaces of its own, the system read-only, nothing of the host's homes, data or /etc.

What it does not do yet: the network is the host's, so loopback services and abstract unix sockets are within reach.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgc.sandbox.contract import MIB, Confined, Mount
from pgc.sandbox.limited import SHIM, limited
from pgc.sandbox.python import prefix

NOBODY = "65534"
SHIM_INSIDE = Path("/run/shim.py")
SCRATCH = str(64 * MIB)
"""Bytes that /tmp and /dev/shm may hold each: they are memory of the host."""
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = (
    # names
    *("resolv.conf", "hosts", "host.conf", "gai.conf", "nsswitch.conf", "services", "protocols"),
    # TLS: certificates only, never /etc/ssl/private
    *("ssl/certs", "ssl/openssl.cnf", "ca-certificates", "pki/tls/certs", "pki/tls/openssl.cnf"),
    *("pki/ca-trust/extracted", "crypto-policies"),
    # time
    *("localtime", "timezone"),
    # how programs find their libraries and each other
    *("ld.so.cache", "alternatives"),
)
NAMESPACES = (
    *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
    *("--uid", NOBODY, "--gid", NOBODY, "--hostname", "localhost"),
    *("--die-with-parent", "--new-session"),
)


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """`program` is the bwrap to run, `features` the options that this version of it knows."""

    program: Path
    features: frozenset[str] = frozenset()
    isolated: bool = True

    @property
    def reason(self) -> str:
        told = "bubblewrap: own users, processes and files; the network is still shared with this machine"
        if os.geteuid() == 0:
            told += "; the platform runs as root, an ordinary user is safer"
        return told

    def wrap(self, confined: Confined) -> list[str]:
        return [
            *(str(self.program), *NAMESPACES, *self._no_nested_namespaces()),
            *_system(),
            *_etc(),
            *self._scratch(),
            *_bind(Mount(prefix())),
            *("--ro-bind", str(SHIM), str(SHIM_INSIDE)),
            *(word for mount in confined.mounts for word in _bind(mount)),
            *("--remount-ro", "/", "--chdir", str(confined.cwd), "--"),
            *limited(confined.argv, confined.limits, at=SHIM_INSIDE),
        ]

    def _no_nested_namespaces(self) -> Sequence[str]:
        return ("--disable-userns",) if "--disable-userns" in self.features else ()

    def _scratch(self) -> Iterator[str]:
        size = ("--size", SCRATCH) if "--size" in self.features else ()
        # A /proc that can be written gives /proc/sys to whoever has uid 0 outside, whatever it is inside.
        yield from ("--proc", "/proc", "--remount-ro", "/proc")
        yield from ("--dev", "/dev", *size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev")  # noqa: S108
        yield from (*size, "--tmpfs", "/tmp")  # noqa: S108 - the sandbox's own


def _system() -> Iterator[str]:
    for folder in SYSTEM:
        if os.path.islink(folder):
            yield from ("--symlink", os.readlink(folder), folder)
        elif os.path.isdir(folder):
            yield from ("--ro-bind", folder, folder)


def _etc() -> Iterator[str]:
    for name in ETC:
        # The real file: some are links to places below /run that do not exist inside.
        real = os.path.realpath(f"/etc/{name}")
        if os.path.exists(real):
            yield from ("--ro-bind", real, f"/etc/{name}")


def _bind(mount: Mount) -> Sequence[str]:
    source = str(mount.source)
    return ("--bind" if mount.writable else "--ro-bind", source, source)
