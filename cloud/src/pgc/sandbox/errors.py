"""The sandbox's branch of the errors."""

from http import HTTPStatus

from pgc.errors import PgcError


class SandboxError(PgcError):
    """A confined command could not be run to its end."""


class InterpreterError(PgcError):
    """A Python that was chosen for NodeServers is not there, or cannot be used."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
