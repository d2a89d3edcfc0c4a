"""Word left for other processes of this user, in a file that counts only while its writer lives."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LARGEST = 4096


@contextmanager
def left_word(path: Path, word: bytes) -> Iterator[None]:
    """Only this user can read it. The lock on the file tells that its writer lives, and ends with it however it ends.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file, name = tempfile.mkstemp(dir=path.parent)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.write(file, word)
        os.rename(name, path)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(file)


def find_word(path: Path) -> bytes | None:
    """The word; None where its writer has gone without taking the file along, which is removed then.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read(_LARGEST)
        path.unlink(missing_ok=True)
    return None
