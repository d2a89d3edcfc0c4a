"""slirp4netns: carries what leaves a network without rights over any, as connections of an ordinary program.

It leads to the resolver that the machine uses, at port 53 of an address of its own; not to the machine's loopback.
"""

from __future__ import annotations

import os

from pgc.sandbox.nest.namespaces import die_with_parent, join_users

NETWORK, GATEWAY, RESOLVER = "198.18.0.0/24", "198.18.0.2", "198.18.0.3"
_LONGEST_COMPLAINT = 300
_SETTINGS = ("--disable-host-loopback", "--enable-sandbox", "--enable-seccomp", f"--cidr={NETWORK}")


class Slirp:
    """Started where it is to send; it waits there until `come_here` names the network that it is to serve.

    It dies with this process, whatever that has become.
    """

    def __init__(self, program: str, socket: str, tap: str) -> None:
        self._arguments = [program, *_SETTINGS, *([f"--api-socket={socket}"] if socket else [])]
        self._tap = tap
        self._complaints = os.memfd_create("slirp")
        hear, self._call = os.pipe()
        self._answer, answer = os.pipe()
        served = os.getpid()
        if os.fork() == 0:
            try:
                os.close(self._call)
                self._serve(served, hear, answer)
            finally:
                os._exit(1)
        os.close(hear)
        os.close(answer)

    def come_here(self) -> None:
        """To this network; returns when it has found it, so that this process may go on to another."""
        os.write(self._call, b"!")
        os.close(self._call)
        self._hear()

    def wait(self) -> None:
        """Until the device is there."""
        self._hear()
        os.close(self._answer)

    def _hear(self) -> None:
        if not os.read(self._answer, 1):
            said = os.pread(self._complaints, _LONGEST_COMPLAINT, 0).decode("utf-8", "replace").strip()
            raise OSError(f"slirp4netns brings no network: {said or 'it said nothing'}")

    def _serve(self, served: int, hear: int, answer: int) -> None:
        die_with_parent()
        if not os.read(hear, 1):
            return
        users, network = (os.open(f"/proc/{served}/ns/{kind}", os.O_RDONLY) for kind in ("user", "net"))
        os.write(answer, b"!")
        # Root there, it can shut itself in; and it is nobody on the machine, even if the platform is root.
        join_users(users)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard, file in enumerate((nothing, nothing, self._complaints)):
            os.dup2(file, standard)
        for file in (network, answer):
            os.set_inheritable(file, True)
        where = ("--netns-type=path", f"--ready-fd={answer}", f"/proc/self/fd/{network}")
        arguments = [*self._arguments, *where, self._tap]
        os.execv(arguments[0], arguments)  # noqa: S606 - it becomes slirp4netns
