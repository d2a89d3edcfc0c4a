"""What can go wrong with sealed secrets."""

from pgc.errors import PgcError


class SecretError(PgcError):
    """A secret cannot be opened, or the keyring cannot be used."""
