"""Which dialect a NodeServer is run in: the one that its owner chose, or the one that its source asks for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from pgc.bundles import imports
from pgc.bundles.errors import BundleError
from pgc.sandbox.contract import Access, Confined, Mount, Network, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
from pgc.sandbox.interpreter import Interpreter
from pgc.storage.records import Api
from pgc_interface.dialects import Dialect

PROGRAM = Path(imports.__file__)
TIME = 30.0
"""Seconds for looking at a source; real ones take a fraction of one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`reason` is for people: ``file:line`` and what is there."""

    dialect: Dialect
    reason: str

    @property
    def circumstances(self) -> tuple[str, ...]:
        """What of it makes another bundle of the same source."""
        return () if self.dialect is Dialect.PGC else (self.dialect.value,)


def choose_for_javascript(api: Api) -> Choice:
    """
    Raises:
        BundleError: its owner chose a dialect that needs Python.
    """
    if api not in (Api.AUTO, Api.ORIGINAL):
        raise BundleError(f"a NodeServer in JavaScript cannot be run in the dialect {api}", hint="choose original")
    return Choice(Dialect.ORIGINAL, "it is written in JavaScript")


class _Found(msgspec.Struct):
    """What :mod:`pgc.bundles.imports` prints."""

    needs: Dialect | None
    reason: Annotated[str, msgspec.Meta(max_length=imports.LONGEST_REASON)]


async def choose_dialect(api: Api, source: Path, executable: str, *, sandbox: Sandbox, python: Interpreter) -> Choice:
    if api is not Api.AUTO:
        return Choice(Dialect(api), "its owner chose so")
    lines: list[str] = []
    try:
        await execute(sandbox, _confined(source, executable, python), timeout=TIME, on_line=lines.append)
        found = msgspec.json.decode("\n".join(lines[:1]), type=_Found)
    except (SandboxError, msgspec.MsgspecError):
        return Choice(Dialect.PGC, "its source is too much to look through")
    return Choice(found.needs or Dialect.PGC, found.reason)


def _confined(source: Path, executable: str, python: Interpreter) -> Confined:
    return Confined(
        argv=(str(python.program), "-I", "-S", "-X", "utf8", str(PROGRAM), executable),
        cwd=source,
        environment={"LANG": "C.UTF-8"},
        mounts=(
            *python.mounts,
            Mount(PROGRAM),
            Mount(source),
        ),
        network=Network(Access.NONE),
    )
