"""A user namespace of one's own, and networks in it; by libc, since Python has it only from 3.12 on."""

from __future__ import annotations

import ctypes
import os

_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _KILL = 1, 9
_libc = ctypes.CDLL(None, use_errno=True)


def enter_new_users() -> None:
    """Among them only this user, as root: with all rights over what is made from now on, and none over what was.

    Raises:
        OSError: the machine forbids it.
    """
    user, group = os.geteuid(), os.getegid()
    _unshare(_NEW_USERS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def join_users(file: int) -> None:
    """Those that another process has made; with the same rights as it has there.

    Raises:
        OSError: they are not this user's.
    """
    _check(_libc.setns(file, _NEW_USERS))


def enter_new_network() -> int:
    """Where there is nothing, not even loopback; the file that stands for it."""
    _unshare(_NEW_NETWORK)
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, _KILL, 0, 0, 0)


def _unshare(what: int) -> None:
    _check(_libc.unshare(what))


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
