"""The command lines that set limits and then become the program."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pgc.sandbox import shim
from pgc.sandbox.contract import Limits
from pgc.sandbox.python import interpreter

SHIM = Path(shim.__file__)


def limited(argv: Sequence[str], limits: Limits, settings: Sequence[str] = ()) -> list[str]:
    """`argv` behind the shim; `settings` are more of the shim's own."""
    return [str(interpreter()), "-I", "-S", str(SHIM), *limit_words(limits), *settings, "--", *argv]


def limit_words(limits: Limits) -> Iterator[str]:
    """As the shim and the nest understand them."""
    yield f"NOFILE={limits.open_files}"
    yield f"NPROC={limits.processes}"
    yield f"FSIZE={limits.file_size}"
    yield f"AS={limits.address_space}"
    yield f"CORE={limits.core}"
