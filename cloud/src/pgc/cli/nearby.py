"""Simulated ISYs that run for this user on this machine: announced while they live, so that `pgc isy` finds them."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from platformdirs import user_state_path

_LARGEST = 4096
_ANNOUNCED = ".isy"


class Nearby(msgspec.Struct, frozen=True):
    """`command` is what it was started by, such as ``pgc demo``."""

    url: str
    username: str
    password: str
    command: str


@contextmanager
def announced(nearby: Nearby) -> Iterator[None]:
    """Only this user can read it. Where it cannot be written, nobody finds the ISY, and that is all."""
    try:
        file, path = _write(nearby)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(file)


def find_nearby() -> list[Nearby]:
    """Those whose command still runs. What cannot be read is left out."""
    found = []
    for path in sorted(_folder().glob(f"*{_ANNOUNCED}")):
        with suppress(OSError):
            found.append(_read(path))
    return [nearby for nearby in found if nearby]


def _folder() -> Path:
    return user_state_path("pgc", appauthor=False) / "simulated"


def _write(nearby: Nearby) -> tuple[int, Path]:
    """The lock on the file tells that its writer lives, and ends with it however it ends."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file, name = tempfile.mkstemp(dir=folder)
    fcntl.flock(file, fcntl.LOCK_EX)
    os.write(file, msgspec.json.encode(nearby))
    path = Path(name).with_suffix(_ANNOUNCED)
    os.rename(name, path)
    return file, path


def _read(path: Path) -> Nearby | None:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            with suppress(msgspec.DecodeError):
                return msgspec.json.decode(file.read(_LARGEST), type=Nearby)
        else:
            path.unlink(missing_ok=True)  # its writer was killed
    return None
