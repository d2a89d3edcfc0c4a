"""Isolation by bubblewrap in the nest: namespaces of its own, the system read-only, nothing of the host's homes, data
or /etc, the internet for a network, and what the kernel offers filtered and bounded as far as this machine can."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pgc.sandbox.cgroups import Cgroups
from pgc.sandbox.contract import MIB, NETWORK, Access, Confined, Fact, Mount, Network
from pgc.sandbox.limited import limit_words
from pgc.sandbox.nest import __main__ as nest
from pgc.sandbox.python import interpreter, prefix

NEST = Path(nest.__file__)
NOBODY = "65534"
SCRATCH = str(64 * MIB)
"""Bytes that /tmp and /dev/shm may hold each: they are memory of the host."""
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
RESOLVER = "resolv.conf"
ETC = (
    # names
    *(RESOLVER, "hosts", "host.conf", "gai.conf", "nsswitch.conf", "services", "protocols"),
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
    """`program` is the bwrap to run, `features` the options that this version of it knows, `slirp` the slirp4netns that
    brings networks, `filtered` whether there is a filter of system calls for this machine."""

    program: Path
    features: frozenset[str] = frozenset()
    slirp: Path | None = None
    filtered: bool = False
    cgroups: Cgroups = field(default_factory=Cgroups)
    facts: Sequence[Fact] = ()
    isolated: bool = True

    @property
    def networked(self) -> bool:
        return self.slirp is not None

    @property
    def reason(self) -> str:
        lacking = [f"{fact.name}: {fact.reason}" for fact in self.facts if not fact.holds]
        return "; ".join(("bubblewrap: own users, processes and files", *lacking))

    def groups(self, name: str) -> list[str]:
        return self.cgroups.folders(name)

    def sharing(self, reason: str) -> "Bubblewrap":
        facts = (replace(fact, holds=False, reason=reason) if fact.name == NETWORK else fact for fact in self.facts)
        return replace(self, slirp=None, facts=tuple(facts))

    def wrap(self, confined: Confined) -> list[str]:
        access = self._access(confined.network)
        return [
            *(str(interpreter()), "-I", "-S", str(NEST)),
            *self.cgroups.words(confined.name, confined.limits),
            *self._network(access, confined.network),
            *limit_words(confined.limits),
            *("--", str(self.program), *NAMESPACES, *self._no_nested_namespaces()),
            *(("--seccomp", str(nest.FILTER)) if self.filtered else ()),
            *_system(),
            *_etc(access),
            *self._scratch(),
            *_bind(Mount(prefix())),
            *(word for mount in confined.mounts for word in _bind(mount)),
            *("--remount-ro", "/", "--chdir", str(confined.cwd), "--"),
            *confined.argv,
        ]

    def _access(self, network: Network) -> Access:
        if network.access is Access.INTERNET and self.slirp is None:
            return Access.SHARED
        return network.access

    def _network(self, access: Access, network: Network) -> Iterator[str]:
        yield f"network={access}"
        if access is not Access.INTERNET:
            return
        yield f"slirp={self.slirp}"
        yield from (f"through={address}" for address in network.through)
        if network.socket is not None:
            yield f"socket={network.socket}"
        if network.control is not None:
            yield f"control={network.control}"

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


def _etc(access: Access) -> Iterator[str]:
    for name in ETC:
        # The real file: some are links to places below /run that do not exist inside.
        real = os.path.realpath(f"/etc/{name}")
        if name == RESOLVER and access is Access.INTERNET:
            yield from ("--ro-bind-data", str(nest.RESOLVER), f"/etc/{name}")
        elif os.path.exists(real):
            yield from ("--ro-bind", real, f"/etc/{name}")


def _bind(mount: Mount) -> Sequence[str]:
    return ("--bind" if mount.writable else "--ro-bind", str(mount.source), str(mount.at or mount.source))
