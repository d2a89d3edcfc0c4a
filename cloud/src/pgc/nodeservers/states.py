"""The states of a NodeServer."""

from enum import StrEnum


class State(StrEnum):
    """`crashed`: its program ended by itself with an error. `failed`: it could not be started at all."""

    ADDED = "added"
    INSTALLING = "installing"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    CRASHED = "crashed"
    FAILED = "failed"

    @property
    def is_up(self) -> bool:
        """Whether a run exists that can be talked to."""
        return self in {State.STARTING, State.RUNNING, State.STOPPING}
