"""Under which URL an ISY reaches our listener."""

import logging
from urllib.parse import urlsplit

from pgc.isy.isy import Isy
from pgc.isy.own_address import own_address_towards

_UNREACHABLE = (
    "the ISY %s cannot call back at %s: set PGC_ISY_LISTEN_HOST to an address that it reaches, such as 0.0.0.0"
)
_EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 (recognised here, not listened on)
_log = logging.getLogger(__name__)


async def reached_by(isy: Isy, listener: str) -> str:
    """The URL of the `listener` as this ISY sees it: one on every address is reached by the one that leads to the ISY.

    Raises:
        IsyUnreachable: no way leads to the ISY.
    """
    listening = urlsplit(listener)
    host = await own_address_towards(isy.login.url)
    if listening.hostname not in _EVERY_ADDRESS:
        if host != listening.hostname and listening.hostname == "127.0.0.1":
            _log.error(_UNREACHABLE, isy.name, listener)
        return listener
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.port}"
