"""The filter of system calls: what no NodeServer needs and others broke out with is refused.

A list of what is forbidden, after those of Docker and Flatpak; for x86_64 and aarch64, and no other ABI of theirs.
"""

from __future__ import annotations

import errno
import os
import struct

FORBIDDEN = {
    # name: its number on x86_64 and aarch64, None where it is unknown
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "create_module": (174, None),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "get_mempolicy": (239, 236),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "sysfs": (139, None),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, None),
    "userfaultfd": (323, 282),
    "ustat": (136, None),
    "vhangup": (153, 58),
}
_MACHINES = {
    # column, AUDIT_ARCH, clone, ioctl, socket
    "x86_64": (0, 0xC000003E, 56, 16, 41),
    "aarch64": (1, 0xC00000B7, 220, 29, 198),
}
_CLONE3 = 435
_X32 = 0x40000000
"""From here on x86_64 counts the calls of another ABI."""
_NEW_NAMESPACES = 0x7E020000
"""CLONE_NEW… for users, processes, network, ipc, uts, cgroups and files; `clone` cannot make one of time."""
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FAMILIES = (1, 2, 10, 16)
"""Unix, IPv4, IPv6, netlink. Not vsock, which leads out of a virtual machine, nor whatever is seldom used."""
_LOAD, _EQUAL, _AT_LEAST, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_INSTRUCTION = struct.Struct("=HBBI")


def program(machine: str = "") -> bytes | None:
    """As the kernel of this machine, or of that kind, takes it; None for other kinds."""
    known = _MACHINES.get(machine or os.uname().machine)
    return _program(*known) if known else None


def _program(column: int, architecture: int, clone: int, ioctl: int, socket: int) -> bytes:
    forbidden = [numbers[column] for numbers in FORBIDDEN.values()]
    refused = _return(_REFUSE | errno.EPERM)
    return b"".join(
        (
            *(_load(_ARCHITECTURE), _unless(_EQUAL, architecture, _return(_KILL))),
            _load(_NUMBER),
            _if(_AT_LEAST, _X32, _return(_KILL)) if column == 0 else b"",
            *(_if(_EQUAL, number, refused) for number in forbidden if number is not None),
            # The C library falls back to the older one, whose flags can be seen.
            _if(_EQUAL, _CLONE3, _return(_REFUSE | errno.ENOSYS)),
            _if(_EQUAL, clone, _load(_FIRST) + _if(_HAS, _NEW_NAMESPACES, refused) + _return(_ALLOW)),
            _if(_EQUAL, ioctl, _load(_SECOND) + _refused_if({_TIOCSTI, _TIOCLINUX}, refused) + _return(_ALLOW)),
            _if(_EQUAL, socket, _load(_FIRST) + _allowed_if(_FAMILIES) + _return(_REFUSE | errno.EAFNOSUPPORT)),
            _return(_ALLOW),
        )
    )


def _refused_if(values: set[int], refused: bytes) -> bytes:
    return b"".join(_if(_EQUAL, value, refused) for value in sorted(values))


def _allowed_if(values: tuple[int, ...]) -> bytes:
    return b"".join(_if(_EQUAL, value, _return(_ALLOW)) for value in values)


def _if(test: int, value: int, then: bytes) -> bytes:
    return _INSTRUCTION.pack(test, 0, len(then) // _INSTRUCTION.size, value) + then


def _unless(test: int, value: int, then: bytes) -> bytes:
    return _INSTRUCTION.pack(test, len(then) // _INSTRUCTION.size, 0, value) + then


def _load(offset: int) -> bytes:
    """The low half of a word; both machines keep that one first."""
    return _INSTRUCTION.pack(_LOAD, 0, 0, offset)


def _return(what: int) -> bytes:
    return _INSTRUCTION.pack(_RETURN, 0, 0, what)
