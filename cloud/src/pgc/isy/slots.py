"""Which slot of the ISY is whose. A slot that belongs to someone else is never written over."""

import logging
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pgc.isy.client import IsyClient
from pgc.isy.connections import Connection
from pgc.isy.errors import BadRequest, SlotOccupied

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlotLogin:
    """With what the ISY logs in when it calls the slot."""

    username: str
    password: str = field(repr=False)


def callback_url(base: str, isy: str, slot: int) -> str:
    """Where the ISY with this id calls the slot; `base` is where it reaches the ingress, such as
    ``http://192.168.1.5:8090``."""
    return f"{base.rstrip('/')}/isy/{isy}/{slot}"


async def register(client: IsyClient, slot: int, *, name: str, callback_url: str, login: SlotLogin) -> None:
    """Makes the slot call `callback_url`. Does nothing where it does already, with the same user.

    By the path of that URL, which holds an id that only this platform gave, a slot is recognised as ours.

    Raises:
        SlotOccupied: the slot belongs to someone else; the text names whom.
        IsyRefused: the ISY does not want the connection.
    """
    wanted = _connection(slot, name, callback_url, login.username)
    found = await client.connection(slot)
    if found == wanted:
        return
    if found is not None and found.baseurl != wanted.baseurl:
        raise SlotOccupied(
            f"slot {slot} of the ISY is occupied by {_shown(found)}",
            hint="Choose another slot, or remove that NodeServer from the ISY first.",
        )
    reply = await client.set_connection(slot, wanted, login.password)
    reply.expect_ok(f"the connection of slot {slot}")


async def release(client: IsyClient, slot: int, callback_url: str) -> None:
    """Frees the slot if it calls `callback_url`, and leaves it alone if it does not.

    Raises:
        IsyRefused: the ISY keeps the connection.
    """
    ours = _connection(slot, "", callback_url, "")
    found = await client.connection(slot)
    if found is None:
        return
    if found.baseurl != ours.baseurl:
        logger.warning("slot %d of the ISY is left as it is: it belongs to %s", slot, _shown(found))
        return
    (await client.remove_connection(slot)).expect_ok(f"to free slot {slot}")


def _connection(slot: int, name: str, url: str, username: str) -> Connection:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadRequest(f"the callback URL {url} is not usable: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadRequest(f"the callback URL {url} is not usable", hint="It begins with http://host:port")
    ssl = parts.scheme == "https"
    return Connection(
        slot=slot,
        name=" ".join(name.split()),
        host=parts.hostname,
        port=port or (443 if ssl else 80),
        baseurl=parts.path.rstrip("/"),
        user=username,
        ssl=ssl,
    )


def _shown(connection: Connection) -> str:
    return (
        f"{connection.name or 'a connection without a name'} ({connection.host}:{connection.port}{connection.baseurl})"
    )
