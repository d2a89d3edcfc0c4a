"""Which dialect a NodeServer is run in: the one that its owner chose, or the one that its source asks for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from pgc.bundles import imports
from pgc.bundles.interpreter import Interpreter
from pgc.sandbox.contract import Confined, Mount, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
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
            *(Mount(folder) for folder in python.folders if not folder.is_relative_to("/usr")),
            Mount(PROGRAM),
            Mount(source),
        ),
    )
