"""Simulated ISYs that run for this user on this machine: announced while they live, so that `pgc isy` finds them."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
from platformdirs import user_state_path

from pgc.word import find_word, left_word

_ANNOUNCED = ".isy"


class Nearby(msgspec.Struct, frozen=True):
    """`command` is what it was started by, such as ``pgc demo``."""

    url: str
    username: str
    password: str
    command: str


@contextmanager
def announced(nearby: Nearby) -> Iterator[None]:
    """Where it cannot be written, nobody finds the ISY, and that is all."""
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(
                left_word(_folder() / f"{secrets.token_hex(8)}{_ANNOUNCED}", msgspec.json.encode(nearby))
            )
        yield


def find_nearby() -> list[Nearby]:
    """Those whose command still runs. What cannot be read is left out."""
    found = []
    for path in sorted(_folder().glob(f"*{_ANNOUNCED}")):
        with suppress(OSError, msgspec.DecodeError):
            word = find_word(path)
            if word is not None:
                found.append(msgspec.json.decode(word, type=Nearby))
    return found


def _folder() -> Path:
    return user_state_path("pgc", appauthor=False) / "simulated"
