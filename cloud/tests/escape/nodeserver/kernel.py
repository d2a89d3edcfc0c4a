"""Asks the kernel for more: mounts, namespaces, other users, other processes, the clock, and calls with a bad name.

Nothing here harms the host where it succeeds: times are set to what they are, names to what they were, and the
arguments of what would be terrible are wrong, which the kernel says only after it has granted the right to ask.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import platform
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

from trying import Refused, attempt, targets

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "x86_64": {
        "ptrace": 101, "syslog": 103, "pivot_root": 155, "chroot": 161, "acct": 163, "mount": 165, "umount2": 166,
        "swapon": 167, "swapoff": 168, "reboot": 169, "iopl": 172, "ioperm": 173, "init_module": 175,
        "delete_module": 176, "quotactl": 179, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250,
        "unshare": 272, "perf_event_open": 298, "fanotify_init": 300, "name_to_handle_at": 303,
        "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "kcmp": 312, "finit_module": 313, "bpf": 321,
        "userfaultfd": 323, "io_uring_setup": 425, "open_tree": 428, "fsopen": 430, "pidfd_open": 434, "clone3": 435,
        "pidfd_getfd": 438, "memfd_secret": 447,
    },
    "aarch64": {
        "quotactl": 60, "name_to_handle_at": 264, "open_by_handle_at": 265, "pivot_root": 41, "mount": 40,
        "umount2": 39, "chroot": 51, "acct": 89, "unshare": 97, "kexec_load": 104, "init_module": 105,
        "delete_module": 106, "syslog": 116, "ptrace": 117, "reboot": 142, "add_key": 217, "request_key": 218,
        "keyctl": 219, "swapon": 224, "swapoff": 225, "perf_event_open": 241, "fanotify_init": 262, "setns": 268,
        "process_vm_readv": 270, "kcmp": 272, "finit_module": 273, "bpf": 280, "userfaultfd": 282,
        "io_uring_setup": 425, "open_tree": 428, "fsopen": 430, "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438,
        "memfd_secret": 447,
    },
}  # fmt: skip
NO = {errno.EPERM, errno.EACCES, errno.ENOSYS}
NO_MORE = errno.ENOSPC
"""The number of namespaces that may be, which is none, is reached."""
NEW_NAMESPACES = {
    "user": 0x10000000, "mount": 0x20000, "network": 0x40000000, "processes": 0x20000000, "names": 0x4000000,
    "messages": 0x8000000, "groups": 0x2000000, "time": 0x80,
}  # fmt: skip


def call(name, *arguments):
    """The call's result; only a refusal by right counts as one, not that the arguments were wrong."""
    number = NUMBERS[platform.machine()].get(name)
    if number is None:
        raise Refused("this machine's kind does not have it")
    LIBC.syscall.restype = ctypes.c_long
    result = LIBC.syscall(ctypes.c_long(number), *[_word(argument) for argument in arguments])
    return _checked(name, result)


def _word(argument):
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def _checked(name, result):
    if result >= 0:
        return f"{name} gave {result}"
    if (code := ctypes.get_errno()) in NO or (code == NO_MORE and name in ("unshare", "clone3")):
        raise OSError(code, os.strerror(code))
    return f"{name} was allowed: {os.strerror(code)}"


def allowed(acts):
    """What of the named acts was not refused."""
    got, reasons = {}, set()
    for name, act in acts.items():
        try:
            got[name] = act()
        except (OSError, Refused) as error:
            reasons.add(getattr(error, "strerror", None) or str(error))
    if got:
        return got
    raise Refused(", ".join(sorted(reasons)))


@attempt
def mount_something():
    os.mkdir("here")
    folder = ctypes.create_string_buffer(os.fsencode(os.path.abspath("here")))
    return allowed(
        {
            "a file system in memory": lambda: call("mount", b"none", folder, b"tmpfs", 0, None),
            "the system again": lambda: call("mount", b"/usr", folder, None, 4096, None),
            "processes": lambda: call("mount", b"proc", folder, b"proc", 0, None),
            "a new one": lambda: call("fsopen", b"tmpfs", 0),
            "a copy of the tree": lambda: call("open_tree", -100, b"/", 1),
        }
    )


@attempt
def unmount_something():
    """What lies below a mount would show; and a read-only one could be made writable."""
    return allowed(
        {
            "unmount the scratch": lambda: call("umount2", b"/tmp", 2),
            "unmount the processes": lambda: call("umount2", b"/proc", 2),
            "make the system writable": lambda: call("mount", None, b"/usr", None, 32 | 4096, None),
            "make the root writable": lambda: call("mount", None, b"/", None, 32 | 4096, None),
        }
    )


@attempt
def change_its_root():
    return allowed({"chroot": lambda: call("chroot", b"."), "pivot_root": lambda: call("pivot_root", b".", b".")})


@attempt
def open_namespaces_of_its_own():
    """In a user namespace of its own it would be root, and reach more of the kernel."""
    kinds = {name: (lambda flag=flag: call("unshare", flag)) for name, flag in NEW_NAMESPACES.items()}
    return allowed({**kinds, "all by clone": _clone_user})


def _clone_user():
    """clone3 is told its flags in memory, where no filter looks: it has to be away altogether."""
    arguments = (ctypes.c_uint64 * 11)(NEW_NAMESPACES["user"], 0, 0, 0, signal.SIGCHLD)
    LIBC.syscall.restype = ctypes.c_long
    pid = LIBC.syscall(ctypes.c_long(435), arguments, ctypes.c_long(ctypes.sizeof(arguments)))
    if pid == 0:
        os._exit(0)
    return _checked("clone3", pid)


@attempt
def enter_the_namespaces_of_others():
    def enter(path):
        handle = os.open(path, os.O_RDONLY)
        return call("setns", handle, 0)

    names = [name for name in os.listdir("/proc/1/ns") if name != "user"]  # its own, which nobody may enter again
    return allowed({name: (lambda name=name: enter(f"/proc/1/ns/{name}")) for name in names})


@attempt
def become_another_user():
    return allowed(
        {
            "root": lambda: os.setuid(0),
            "root's group": lambda: os.setgid(0),
            "no groups": lambda: os.setgroups([]),
            "effective": lambda: os.setreuid(-1, 0),
        }
    )


@attempt
def gain_by_a_setuid_program():
    """Programs that make anybody root outside; inside they are plain programs."""
    got = []
    for name in ("su", "sudo", "passwd", "mount", "newgrp", "pkexec", "ping"):
        program = shutil.which(name)
        if program and os.stat(program).st_mode & 0o6000:
            got.append(program)
    if got:
        code = "import os; print(os.geteuid())"
        copy = os.path.abspath("setuid-python")
        shutil.copy(sys.executable, copy)
        os.chmod(copy, 0o6755)  # noqa: S103 - to see what it is worth
        said = subprocess.run([copy, "-I", "-c", code], capture_output=True, text=True)
        if said.stdout.strip() not in ("", str(os.geteuid())):
            return said.stdout
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    if int(status["NoNewPrivs"]) != 1:
        return got, "new privileges may be had"
    raise Refused("no program gives new privileges")


@attempt
def hold_a_capability():
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    kinds = ("CapInh", "CapPrm", "CapEff", "CapAmb")
    return {kind: status[kind].strip() for kind in kinds if int(status[kind], 16)}


@attempt
def signal_the_platform():
    """Signal 0 only asks whether it could be done."""
    return allowed({str(pid): (lambda pid=pid: _signalled(pid)) for pid in targets()["foreign pids"]})


def _signalled(pid):
    os.kill(pid, 0)
    return "signalled"


@attempt
def trace_processes():
    kinds = {f"read {pid}": (lambda pid=pid: _peeked(pid)) for pid in targets()["foreign pids"]}
    for pid in [*targets()["foreign pids"], 1]:
        kinds[f"attach to {pid}"] = lambda pid=pid: _traced(pid)
    return allowed(kinds)


@attempt
def gain_by_the_first_process():
    """That of the sandbox has come from outside, and is the same user: what it may do, all may."""
    with open("/proc/1/status") as file:
        status = dict(line.split(":", 1) for line in file)
    wanted = {"CapPrm": 0, "CapEff": 0, "CapAmb": 0, "NoNewPrivs": 1, "Seccomp": 2}
    return {name: status[name].strip() for name, value in wanted.items() if int(status[name], 16) != value}


def _traced(pid):
    """PTRACE_SEIZE neither stops nor changes the process; it is let go when this one ends."""
    result = LIBC.ptrace(0x4206, pid, None, None)
    if result == -1 and ctypes.get_errno() == errno.ESRCH:
        raise Refused("there is no such process")
    return _checked("ptrace", result)


def _peeked(pid):
    with open(f"/proc/{pid}/mem", "rb") as memory:
        return f"opened {memory.name}"


@attempt
def take_the_claim_socket():
    """The sandbox's first process has it as its stdin: the way on which a run gets what it is told."""

    def taken():
        handle = int(call("pidfd_open", 1, 0).split()[-1])
        return call("pidfd_getfd", handle, 0, 0)

    def opened():
        return os.open("/proc/1/fd/0", os.O_RDWR)

    return allowed({"by its number": taken, "by its path": opened, "its own stdin": _own_stdin})


def _own_stdin():
    """Of the NodeServer itself, which this process is started by."""
    path = os.readlink(f"/proc/{os.getppid()}/fd/0")
    if path == "/dev/null":
        raise Refused("its stdin is empty")
    return path


@attempt
def set_the_clock():
    now = time.clock_gettime(time.CLOCK_REALTIME)
    return allowed({"clock": lambda: time.clock_settime(time.CLOCK_REALTIME, now) or "set"})


@attempt
def rename_the_host():
    name = socket.gethostname()
    return allowed({"host": lambda: socket.sethostname(name) or "renamed"})


@attempt
def see_the_hosts_name():
    return socket.gethostname() == targets()["hostname"] and targets()["hostname"]


@attempt
def make_a_device():
    acts = {
        "disk": lambda: os.mknod("disk", 0o60600, os.makedev(8, 0)),
        "memory": lambda: os.mknod("memory", 0o20600, os.makedev(1, 1)),
    }
    return allowed({name: (lambda act=act: act() or "made") for name, act in acts.items()})


@attempt
def stop_the_machine():
    """With a wrong magic number: where it is allowed, that is what is told."""
    return call("reboot", 0, 0, 0, None)


@attempt
def load_code_into_the_kernel():
    return allowed(
        {
            "a module": lambda: call("init_module", None, 0, None),
            "a module's file": lambda: call("finit_module", -1, None, 0),
            "another kernel": lambda: call("kexec_load", 0, 0, None, -1),
            "a program": lambda: call("bpf", 0, None, 0),
        }
    )


@attempt
def use_calls_with_a_bad_name():
    """Large parts of the kernel that no NodeServer needs, and that have given root away before."""
    return allowed(
        {
            "io_uring": lambda: call("io_uring_setup", 1, None),
            "page faults": lambda: call("userfaultfd", 0),
            "performance": lambda: call("perf_event_open", None, 0, -1, -1, 0),
            "files by number": _file_by_number,
            "all file events": lambda: call("fanotify_init", 0, 0),
            "quotas": lambda: call("quotactl", 0x800002 << 8, b"/dev/null", 0, None),
            "accounting": lambda: call("acct", b"/nowhere"),
            "swap": lambda: call("swapon", b"/nowhere", 0),
            "no swap": lambda: call("swapoff", b"/nowhere"),
        }
    )


def _file_by_number():
    """The second file of a file system, whichever it is: how containers were left with a right too many."""
    handle = ctypes.create_string_buffer(136)
    ctypes.c_uint.from_buffer(handle).value = 128
    call("name_to_handle_at", -100, os.fsencode(os.getcwd()), handle, ctypes.byref(ctypes.c_int()), 0)
    return call("open_by_handle_at", os.open(".", os.O_RDONLY), handle, 0)


@attempt
def use_the_kernels_keys():
    """Keyrings belong to a user, and are not bound to a namespace of their own on all kernels."""
    return allowed(
        {
            "the session's": lambda: call("keyctl", 0, -3, 0),
            "a new key": lambda: call("add_key", b"user", b"escape", b"x", 1, -3),
            "a foreign key": lambda: call("request_key", b"user", b"escape", None, 0),
        }
    )


@attempt
def use_ports_of_the_machine():
    if platform.machine() != "x86_64":
        raise Refused("this machine's kind has none")
    return allowed({"all": lambda: call("iopl", 3), "some": lambda: call("ioperm", 0x80, 1, 1)})


@attempt
def call_the_kernel_as_x32():
    """A filter that looks at call numbers of one kind only is passed by the numbers of the other kinds."""
    if platform.machine() != "x86_64":
        raise Refused("this machine's kind does not have it")
    return _checked("getpid", LIBC.syscall(ctypes.c_long(0x40000000 | 39)))


@attempt
def call_the_kernel_as_a_program_of_32_bit():
    """unshare(CLONE_NEWUSER), by the door of such programs."""
    if platform.machine() != "x86_64":
        raise Refused("this machine's kind does not have it")
    code = b"\x53\xb8\x36\x01\x00\x00\xbb\x00\x00\x00\x10\xcd\x80\x48\x98\x5b\xc3"
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    pid = os.fork()
    if pid == 0:
        result = ctypes.CFUNCTYPE(ctypes.c_long)(address)()
        os._exit(-result if -200 < result < 0 else 0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code in (*NO, NO_MORE) or code < 0:
        raise Refused(os.strerror(code) if code > 0 else f"killed by signal {-code}")
    return f"int 0x80 ended with {code}"


@attempt
def type_into_a_terminal():
    """TIOCSTI: whoever shares a terminal with its owner types commands there."""
    acts = {str(handle): (lambda handle=handle: fcntl.ioctl(handle, 0x5412, b"x") and "typed") for handle in range(3)}
    return allowed({**acts, "the terminal itself": lambda: os.open("/dev/tty", os.O_RDWR)})


@attempt
def share_memory_with_the_host():
    """System V's shared memory has names that everybody in the same namespace knows."""
    found = LIBC.shmget(targets()["shared memory"], 0, 0)
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return f"segment {found}"


@attempt
def raise_its_own_limits():
    def more(kind):
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return "raised"

    kinds = {name: getattr(resource, name) for name in ("RLIMIT_NPROC", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE")}
    acts = {name: (lambda kind=kind: more(kind)) for name, kind in kinds.items()}
    try:
        return allowed(acts)
    except ValueError as error:
        raise Refused(str(error)) from error


@attempt
def come_before_others():
    """A better place with the scheduler than the platform has."""
    return allowed(
        {
            "nice": lambda: os.nice(-5),
            "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or "real time",
        }
    )
