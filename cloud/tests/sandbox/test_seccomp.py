"""The filter of system calls: what it refuses a confined program, and what it says on other machines than this one."""

import errno
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pgc.sandbox.contract import Confined, Sandbox
from pgc.sandbox.nest import seccomp

Run = Callable[..., Awaitable[tuple[int, list[str]]]]
ALLOWED, KILLED, REFUSED = 0x7FFF0000, 0x80000000, 0x00050000
X86_64, AARCH64, I386, ARM = 0xC000003E, 0xC00000B7, 0x40000003, 0x40000028
CALL = """
import ctypes, errno, os
call = ctypes.CDLL(None, use_errno=True).syscall
numbers = {numbers!r}
for name, arguments in [
    ("ptrace", (0, 0, 0, 0)), ("mount", (b"none", b"/tmp", b"tmpfs", 0, 0)), ("umount2", (b"/tmp", 0)),
    ("unshare", (0x10000000,)), ("setns", (0, 0)), ("keyctl", (0, -3, 1)), ("add_key", (b"user", b"a", b"b", 1, -3)),
    ("bpf", (0, 0, 0)), ("perf_event_open", (0, 0, -1, -1, 0)), ("kexec_load", (0, 0, 0, 0)),
    ("init_module", (0, 0, b"")), ("userfaultfd", (0,)), ("io_uring_setup", (1, 0)),
    ("process_vm_readv", (1, 0, 0, 0, 0, 0)), ("open_by_handle_at", (0, 0, 0)), ("pidfd_getfd", (0, 0, 0)),
    ("chroot", (b"/tmp",)),
]:
    ctypes.set_errno(0)
    print(name, call(numbers[name], *arguments), errno.errorcode.get(ctypes.get_errno(), "none"))
"""


@pytest.fixture
def numbers(isolated: Sandbox) -> dict[str, int]:
    """Of all calls that are refused, on this machine."""
    column = {"x86_64": 0, "aarch64": 1}.get(seccomp.os.uname().machine)
    if column is None:
        pytest.skip("there is no filter for this machine")
    return {name: number for name, both in seccomp.FORBIDDEN.items() if (number := both[column]) is not None}


async def test_what_programs_break_out_with_is_refused(run_isolated: Run, numbers: dict[str, int]) -> None:
    _, lines = await run_isolated(CALL.format(numbers=numbers))
    assert len(lines) == 17
    assert [line for line in lines if not line.endswith(" -1 EPERM")] == []


async def test_new_namespaces_are_refused_and_threads_and_processes_are_not(run_isolated: Run) -> None:
    code = (
        "import os, subprocess, threading\n"
        "print(subprocess.run(['unshare', '-U', 'true'], capture_output=True).returncode != 0)\n"
        "print(subprocess.run(['true']).returncode)\n"
        "threading.Thread(target=print, args=('thread',)).start()"
    )
    assert await run_isolated(code) == (0, ["True", "0", "thread"])


async def test_no_other_families_of_sockets_are_there(run_isolated: Run) -> None:
    code = (
        "import socket\n"
        "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX): socket.socket(family).close()\n"
        "for family in (40, 17, 38, 31, 21):\n"  # vsock, packets, the kernel's ciphers, bluetooth, rds
        "    try: socket.socket(family, socket.SOCK_DGRAM); print(family)\n"
        "    except OSError as error: print(error.errno)"
    )
    assert await run_isolated(code) == (0, [str(errno.EAFNOSUPPORT)] * 5)


async def test_nobodys_terminal_is_typed_into(run_isolated: Run) -> None:
    code = (
        "import fcntl, os, pty\n"
        "_, terminal = pty.openpty()\n"
        "try: fcntl.ioctl(terminal, 0x5412, b'x'); print('typed')\nexcept OSError as error: print(error.errno)"
    )
    assert await run_isolated(code) == (0, [str(errno.EPERM)])


def test_it_is_handed_to_bubblewrap(isolated: Sandbox) -> None:
    if seccomp.program() is not None:
        assert "--seccomp" in isolated.wrap(Confined(("true",), Path("/"), {}))


@pytest.mark.parametrize(
    ("machine", "architecture", "number", "argument", "verdict"),
    [
        ("x86_64", X86_64, 101, 0, REFUSED | errno.EPERM),  # ptrace
        ("aarch64", AARCH64, 117, 0, REFUSED | errno.EPERM),
        ("aarch64", AARCH64, 101, 0, ALLOWED),  # nanosleep there
        ("x86_64", X86_64, 0, 0, ALLOWED),  # read
        ("x86_64", I386, 4, 0, KILLED),
        ("aarch64", ARM, 4, 0, KILLED),
        ("x86_64", AARCH64, 63, 0, KILLED),
        ("x86_64", X86_64, 0x40000000 + 101, 0, KILLED),  # the same in another ABI
        ("x86_64", X86_64, 56, 0x3D0F00, ALLOWED),  # clone: a thread
        ("x86_64", X86_64, 56, 0x10000011, REFUSED | errno.EPERM),  # clone: users of its own
        ("aarch64", AARCH64, 220, 0x40000011, REFUSED | errno.EPERM),  # clone: a network of its own
        ("x86_64", X86_64, 435, 0, REFUSED | errno.ENOSYS),  # clone3, whose flags cannot be seen
        ("aarch64", AARCH64, 198, 40, REFUSED | errno.EAFNOSUPPORT),  # socket: vsock
        ("aarch64", AARCH64, 198, 2, ALLOWED),
    ],
)
def test_verdicts(machine: str, architecture: int, number: int, argument: int, verdict: int) -> None:
    program = seccomp.program(machine)
    assert program is not None
    assert judge(program, struct.pack("=iIQQQ", number, architecture, 0, argument, argument)) == verdict


def test_machines_without_a_filter_have_none() -> None:
    assert seccomp.program("riscv64") is None


def judge(program: bytes, call: bytes) -> int:
    """What the kernel's machine for such programs would say."""
    instructions = list(struct.iter_unpack("=HBBI", program))
    accumulator, at = 0, 0
    while True:
        code, if_so, otherwise, value = instructions[at]
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", call, value)
            case 0x06:
                return int(value)
            case 0x15 | 0x35 | 0x45:
                holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
                at += if_so if holds else otherwise
            case _:
                raise AssertionError(f"no such instruction: {code:#x}")
