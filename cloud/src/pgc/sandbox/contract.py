"""What is asked of a sandbox: the command, what it may see, use and reach, and who answers for its confinement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

MIB = 1024 * 1024
NETWORK = "network"
"""The name of the fact that is about it."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the host that is visible inside, at the same path or, where a sandbox isolates, at `at`."""

    source: Path
    writable: bool = False
    at: Path | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use; sizes in bytes.

    `memory` is that of all its processes together, where there are control groups. `disk` is what a run may keep in the
    folders that it writes to. `processes` counts threads too, and
    holds only inside a sandbox; if the platform runs as root it takes control groups as well.
    """

    open_files: int = 1024
    processes: int = 256
    file_size: int = 512 * MIB
    address_space: int = 2048 * MIB
    core: int = 0
    memory: int = 512 * MIB
    disk: int = 1024 * MIB


class Access(StrEnum):
    """Which network a confined program finds."""

    NONE = "none"
    """Its own loopback and nothing else."""
    INTERNET = "internet"
    """Besides that the internet: not this machine, and not the home's network."""
    SHARED = "shared"
    """This machine's, with all that listens there."""


@dataclass(frozen=True, slots=True)
class Network:
    """What a confined program reaches. Where nothing can keep networks apart, it is this machine's in any case.

    `through`: addresses that the internet's rule would close, and that it reaches all the same. `socket` is where the
    network's own API is to listen, `control` the file by which whoever starts the program is given its router.
    """

    access: Access = Access.INTERNET
    through: Sequence[str] = ()
    socket: Path | None = None
    control: int | None = None


@dataclass(frozen=True, slots=True)
class Confined:
    """A command and its bounds. `cwd` lies in a mount; `environment` is all that the command finds in its own.

    `name` is that of its control groups; without one it has none.
    """

    argv: Sequence[str]
    cwd: Path
    environment: Mapping[str, str] = field(repr=False)
    mounts: Sequence[Mount] = ()
    limits: Limits = field(default_factory=Limits)
    network: Network = field(default_factory=Network)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that isolation is made of: whether this machine has it, why, and what to do where it has not."""

    name: str
    holds: bool
    reason: str
    remedy: str = ""


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

    @property
    def facts(self) -> Sequence[Fact]:
        """The same, one by one."""

    @property
    def networked(self) -> bool:
        """Whether programs have networks of their own."""

    def wrap(self, confined: Confined) -> list[str]: ...

    def sharing(self, reason: str) -> "Sandbox":
        """The same where networks cannot be kept apart, for this reason."""

    def groups(self, name: str) -> list[str]:
        """The folders of the control groups that a program of this name has, or had."""
