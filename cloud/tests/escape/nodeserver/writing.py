"""Writes where others read: the system, the packages, the SDK, its own bundle, its neighbours, the kernel's settings.

Nothing here does harm where it succeeds: new files with a name of our own, or files opened for writing and left alone.
"""

import os
import sys

from trying import attempt, targets

PLACES = targets()["places"]
MARK = "made-by-an-escape-test"


def make(folder):
    """A new file in a folder that is there; where there is none, that is the refusal."""
    path = os.path.join(folder, MARK)
    with open(path, "x") as file:
        file.write("x")
    os.unlink(path)
    return path


def made(folders):
    got = []
    for folder in folders:
        try:
            got.append(make(folder))
        except OSError:
            continue
    return got


def opened(paths):
    """Those that could be opened for writing; nothing is written."""
    got = []
    for path in paths:
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError:
            continue
        got.append(path)
    return got


@attempt
def write_the_system():
    return made(["/", "/usr", "/usr/bin", "/usr/local/bin", "/lib", "/etc", "/run", "/var", "/opt", "/srv", "/boot"])


@attempt
def write_devices_and_kernel_folders():
    return made(["/dev", "/proc", "/proc/self", "/sys", "/sys/fs/cgroup"])


@attempt
def write_the_pythons_packages():
    """Of the interpreter itself: a virtual environment that stands between is its own."""
    library = os.path.dirname(os.__file__)
    return made([library, os.path.join(library, "site-packages"), os.path.dirname(os.path.realpath(sys.executable))])


@attempt
def write_the_sdk():
    return made([PLACES["sdk"], os.path.join(PLACES["sdk"], "pgc_interface")])


@attempt
def change_the_sdk():
    sdk = os.path.join(PLACES["sdk"], "pgc_interface")
    assert os.path.isfile(f"{sdk}/launcher.py")
    return opened([f"{sdk}/launcher.py", f"{sdk}/__init__.py"])


@attempt
def change_the_interpreter():
    return opened([os.path.realpath(sys.executable), os.__file__])


@attempt
def write_a_neighbours_bundle():
    return make(PLACES["neighbours bundle"])


@attempt
def write_a_neighbours_run():
    return make(PLACES["neighbours run"])


@attempt
def write_the_data_folder():
    return make(PLACES["data"])


@attempt
def link_files_of_others_into_its_folder():
    got = []
    for path in (sys.executable, os.path.join(PLACES["sdk"], "pgc_interface", "launcher.py")):
        try:
            os.link(os.path.realpath(path), MARK)
        except OSError:
            continue
        got.append(path)
    return got


@attempt
def write_the_kernels_settings():
    """core_pattern among them, which names a program that the kernel then runs on the host."""
    top = "/proc/sys"
    assert os.path.exists(f"{top}/kernel/core_pattern")
    return opened(os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names)


@attempt
def press_the_magic_key():
    return opened(["/proc/sysrq-trigger", "/proc/timer_list", "/proc/irq/0/smp_affinity", "/dev/kmsg", "/dev/console"])


@attempt
def change_how_the_platform_is_treated():
    """As by the out-of-memory killer: another process's share, or a lower one of its own."""
    return opened([f"/proc/{targets()['platform pid']}/oom_score_adj"])


@attempt
def write_the_control_groups():
    folders = [folder for folder, _, _ in os.walk("/sys/fs/cgroup")]
    return made(folders) or opened(os.path.join(folder, "cgroup.procs") for folder in folders)
