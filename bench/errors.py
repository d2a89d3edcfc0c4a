"""What can be wrong with a measurement."""

from pgc.errors import PgcError


class BenchError(PgcError):
    """A benchmark cannot be run here, or what it runs has failed."""
