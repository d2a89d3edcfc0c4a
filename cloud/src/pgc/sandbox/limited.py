"""The command line that sets limits and then becomes the program."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pgc.sandbox import shim
from pgc.sandbox.contract import Limits
from pgc.sandbox.python import interpreter

SHIM = Path(shim.__file__)


def limited(argv: Sequence[str], limits: Limits, *, at: Path, settings: Sequence[str] = ()) -> list[str]:
    """`argv` behind the shim, which the program's side sees at `at`; `settings` are more of the shim's own."""
    return [str(interpreter()), "-I", "-S", str(at), *_settings(limits), *settings, "--", *argv]


def _settings(limits: Limits) -> Iterator[str]:
    yield f"NOFILE={limits.open_files}"
    yield f"NPROC={limits.processes}"
    yield f"FSIZE={limits.file_size}"
    yield f"AS={limits.address_space}"
    yield f"CORE={limits.core}"
