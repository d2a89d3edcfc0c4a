"""The states of a NodeServer."""

from enum import StrEnum


class State(StrEnum):
    """`queued`: others start before it. `crashed`: its program ended by itself with an error. `failed`: it could not be
    started at all. `parked`: it crashed so often that it is not started again before its owner says so."""

    ADDED = "added"
    INSTALLING = "installing"
    STOPPED = "stopped"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    CRASHED = "crashed"
    FAILED = "failed"
    PARKED = "parked"

    @property
    def is_up(self) -> bool:
        """Whether a run exists that can be talked to."""
        return self in {State.STARTING, State.RUNNING, State.STOPPING}
