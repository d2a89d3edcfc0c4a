"""Which of this machine's addresses an ISY reaches it by."""

import asyncio
import socket
from urllib.parse import urlsplit

from pgc.isy.errors import IsyUnreachable


async def own_address_towards(url: str) -> str:
    """The address that a connection to `url` would come from. Nothing is sent.

    Raises:
        IsyUnreachable: no route leads there, or its name is not known.
    """
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 80
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        family, kind, _, _, address = found[0]
        with socket.socket(family, kind) as probe:
            probe.connect(address)
            return str(probe.getsockname()[0])
    except OSError as error:
        raise IsyUnreachable(f"there is no way to {host}: {error.strerror or error}") from error
