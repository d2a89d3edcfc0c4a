"""Reads what belongs to the host, to the platform or to a neighbour."""

import ctypes
import json
import os
import stat
import sys

from trying import attempt, targets

PLACES = targets()["places"]
"""Name → path of a file or folder that is there on the host, none of which is ours."""
SECRETS = targets()["secrets"]
"""What stands in files and environments of others, to be known again."""


def read(path):
    """A folder's names or a file's beginning."""
    if os.path.isdir(path):
        return os.listdir(path)
    with open(path, "rb") as file:
        return file.read(200)


def pids():
    return [name for name in os.listdir("/proc") if name.isdigit()]


def found_secrets(text):
    return [secret for secret in SECRETS if secret.encode() in text]


@attempt
def read_the_hosts_shadow():
    return read("/etc/shadow")


@attempt
def read_the_hosts_users():
    return read("/etc/passwd")


@attempt
def read_a_home():
    return read(PLACES["home"])


@attempt
def read_roots_home():
    """A Python that is installed there is on a path through it, and all that is seen."""
    return [name for name in os.listdir("/root") if not sys.base_prefix.startswith(f"/root/{name}")]


@attempt
def read_logs():
    return read("/var/log")


@attempt
def read_the_database():
    return read(PLACES["database"])


@attempt
def read_the_keyring():
    return read(PLACES["keyring"])


@attempt
def read_the_api_token():
    return read(PLACES["token"])


@attempt
def read_the_authority():
    return read(PLACES["authority"])


@attempt
def list_the_data_folder():
    """Folders that lead to what it may see are there, and hold that and nothing else."""
    return [name for name in os.listdir(PLACES["data"]) if name not in ("runs", "sdk", "socket")]


@attempt
def read_a_neighbours_bundle():
    return read(PLACES["neighbours bundle"])


@attempt
def read_a_neighbours_run():
    return read(PLACES["neighbours run"])


@attempt
def read_through_links():
    """Links are taken literally: they lead to what is at that path inside."""
    got = []
    for name, path in {**PLACES, "users": "/etc/shadow"}.items():
        if name in ("data", "sdk", "broker"):  # on the way to what it may see, or that itself
            continue
        os.symlink(path, f"link to {name}")
        try:
            got.append(read(f"link to {name}"))
        except OSError:
            continue
    return [some for some in got if some]


@attempt
def read_the_platforms_environment():
    return read(f"/proc/{targets()['platform pid']}/environ")


@attempt
def read_every_environment():
    """That of process 1 among them, which is the sandbox's own."""
    return [secret for pid in [*pids(), "self"] for secret in found_secrets(_whole(f"/proc/{pid}/environ"))]


@attempt
def read_its_own_environment():
    text = json.dumps(dict(os.environ))
    return found_secrets(text.encode()) or ("isyPassword" in text)


@attempt
def read_every_command_line():
    return [secret for pid in pids() for secret in found_secrets(_whole(f"/proc/{pid}/cmdline"))]


@attempt
def list_the_hosts_processes():
    theirs = {str(pid) for pid in targets()["foreign pids"]}
    names = [_whole(f"/proc/{pid}/cmdline") for pid in pids()]
    return theirs.intersection(pids()) or [name for name in names if b"pytest" in name or b"keeper" in name]


@attempt
def read_the_platforms_memory():
    return read(f"/proc/{targets()['platform pid']}/mem")


@attempt
def look_through_the_root_of_others():
    """What a process sees, others may see through it, if they may look at it at all."""
    got = []
    for pid in pids():
        for path in ("etc/shadow", PLACES["keyring"].lstrip("/"), PLACES["home"].lstrip("/")):
            try:
                got.append(read(f"/proc/{pid}/root/{path}"))
            except OSError:
                continue
    return got


@attempt
def use_inherited_handles():
    """An open folder of the host would be a way out, whoever in the sandbox holds it."""
    got = []
    for pid in pids():
        try:
            handles = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for handle in handles:
            got.extend(_way_out(f"/proc/{pid}/fd/{handle}"))
    return got


def _way_out(handle):
    try:
        if os.path.isdir(handle) and os.readlink(handle) not in ("/proc", os.getcwd()):
            return [(os.readlink(handle), os.listdir(handle))]
    except OSError:
        pass
    return []


@attempt
def read_the_kernels_log():
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(4096)
    length = libc.klogctl(3, buffer, len(buffer))
    if length < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return buffer.raw[:100]


@attempt
def read_the_machines_memory():
    return read("/proc/kcore") or read("/dev/mem")


@attempt
def find_the_machines_disks():
    return [name for name in os.listdir("/dev") if stat.S_ISBLK(os.stat(f"/dev/{name}").st_mode)]


@attempt
def read_the_hardware():
    return read("/sys/class") or read("/sys/firmware")


def _whole(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
