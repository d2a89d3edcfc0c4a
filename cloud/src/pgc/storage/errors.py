"""What can go wrong with the database."""

from pgc.errors import PgcError


class StorageError(PgcError):
    """The database cannot be opened or brought up to date."""
