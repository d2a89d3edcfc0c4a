"""The sandbox's branch of the errors."""

from pgc.errors import PgcError


class SandboxError(PgcError):
    """A confined command could not be run to its end."""
