"""What can go wrong in a command."""

from pgc.errors import PgcError


class CommandError(PgcError):
    """The command cannot do what was asked."""


class Interrupted(PgcError):
    """The user pressed Ctrl-C before the command had got going."""
