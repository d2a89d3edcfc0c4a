"""The unix socket on which a broker listens: in a folder of its own, which sandboxes show to the runs in them.

The folder is shown and not the socket, since a broker that is started again makes a new socket.
"""

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from pgc.broker.errors import BrokerError


def url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def prepare(socket: Path) -> None:
    """Makes the folder.

    Raises:
        BrokerError: it cannot be made.
    """
    try:
        socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BrokerError(f"the folder for the broker's socket cannot be made: {error}") from error


def remove(socket: Path) -> None:
    """Removes the socket and its folder, as far as they are there; runs may still see the folder."""
    with suppress(OSError):
        socket.unlink()
    with suppress(OSError):
        socket.parent.rmdir()
