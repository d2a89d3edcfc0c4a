"""Takes what each process may have some of: open files, memory by its address, scratch, a core."""

import errno
import mmap
import os
import resource

from trying import Refused, attempt

MIB = 1024 * 1024
GIB = 1024 * MIB


@attempt
def open_files_without_end():
    count, most = 0, 100_000
    try:
        while count < most:
            os.open("/dev/null", os.O_RDONLY)
            count += 1
    except OSError as error:
        raise Refused(f"{error.strerror}, after {count}") from error
    return f"{count} open files"


@attempt
def reserve_memory_without_end():
    held = []
    try:
        while len(held) < 64:
            held.append(mmap.mmap(-1, GIB))
    except OSError as error:
        raise Refused(f"{error.strerror}, after {len(held)} GiB") from error
    return f"{len(held)} GiB"


@attempt
def fill_the_memory_with_files():
    """File systems in memory: what lies there is the host's memory, and no process's in particular."""
    return [folder for folder in ("/tmp", "/dev/shm") if _takes(folder, 256 * MIB)]


def _takes(folder, most):
    paths = [os.path.join(folder, f"hoard-{number}") for number in range(most // (16 * MIB))]
    try:
        for path in paths:
            with open(path, "wb", buffering=0) as file:
                file.write(bytes(16 * MIB))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
    else:
        return True
    finally:
        for path in paths:
            if os.path.exists(path):
                os.unlink(path)


@attempt
def write_a_file_without_end():
    written, most = 0, 4 * GIB
    with open("sparse", "wb", buffering=0) as file:
        try:
            while written < most:
                written += 256 * MIB
                os.ftruncate(file.fileno(), written)
        except OSError as error:
            raise Refused(f"{error.strerror}, after {written // MIB} MiB") from error
    return f"{written // MIB} MiB"


@attempt
def dump_core():
    """As large as its memory, wherever the kernel was told to put it."""
    pid = os.fork()
    if pid == 0:
        os.abort()
    _, status = os.waitpid(pid, 0)
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        return "the limit is not none"
    return os.WCOREDUMP(status) and "a core was dumped"
