"""What is asked of a sandbox: the command, what it may see and use, and who answers for its confinement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the host that is visible inside, at the same path."""

    source: Path
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may use; sizes in bytes.

    `processes` counts threads too; it holds only inside a sandbox, and not if the platform runs as root.
    """

    open_files: int = 1024
    processes: int = 256
    file_size: int = 512 * MIB
    address_space: int = 2048 * MIB
    core: int = 0


@dataclass(frozen=True, slots=True)
class Confined:
    """A command and its bounds. `cwd` lies in a mount; `environment` is all that the command finds in its own."""

    argv: Sequence[str]
    cwd: Path
    environment: Mapping[str, str] = field(repr=False)
    mounts: Sequence[Mount] = ()
    limits: Limits = field(default_factory=Limits)


class Sandbox(Protocol):
    """Turns a confined command into the argv that runs it so.

    The caller passes ``confined.environment`` as the process environment; nothing of it stands on a command line.
    """

    @property
    def isolated(self) -> bool:
        """Whether strangers' code is kept from the host's files and processes."""

    @property
    def reason(self) -> str:
        """For people: what is isolated and what not, or why nothing is."""

    def wrap(self, confined: Confined) -> list[str]: ...
