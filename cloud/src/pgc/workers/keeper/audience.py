"""The platforms attached to a keeper: all get every line from the first kept, then what comes, then the exit."""

from __future__ import annotations

import selectors
import socket
import time

from pgc.workers.keeper.client import Client, Gone
from pgc.workers.keeper.ring import Ring

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing would cost every keeper half a megabyte
    from collections.abc import Callable
    from typing import Any

    Obey = Callable[[Client, dict[str, Any]], None]


class Audience:
    """`greeting` says what a newcomer is told first, `obey` takes orders, `left` hears who has gone."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        listener: socket.socket,
        *,
        greeting: Callable[[], bytes],
        obey: Obey,
        left: Callable[[Client], None],
    ) -> None:
        self._selector = selector
        self._listener = listener
        self._greeting = greeting
        self._obey = obey
        self._left = left
        self._clients: list[Client] = []
        self._lonely_since = time.monotonic()
        selector.register(listener, selectors.EVENT_READ, self._accept)

    def __bool__(self) -> bool:
        return bool(self._clients)

    @property
    def lonely_since(self) -> float | None:
        """Since when nobody has been here; None while somebody is."""
        return None if self._clients else self._lonely_since

    def tell(self, event: bytes) -> None:
        for client in self._clients:
            client.tell(event)

    def serve(self, ring: Ring, last_word: bytes, now: float) -> bool:
        """Writes what can be written, `last_word` after the last line; True if somebody has lines to come."""
        for client in list(self._clients):
            client.pump(ring, last_word, now)
            self._flush(client)
        return any(not client.has_all(ring) for client in self._clients)

    def close(self) -> None:
        for client in self._clients:
            client.connection.close()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        client = Client(connection)
        self._clients.append(client)
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._listen_to(client))
        client.tell(self._greeting())

    def _listen_to(self, client: Client) -> None:
        try:
            for order in client.receive():
                self._obey(client, order)
        except Gone:
            self._drop(client)

    def _flush(self, client: Client) -> None:
        try:
            client.flush()
        except Gone:
            self._drop(client)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.waits_to_write else 0)
        key = self._selector.get_key(client.connection)
        if key.events != events:
            self._selector.modify(client.connection, events, key.data)

    def _drop(self, client: Client) -> None:
        self._clients.remove(client)
        self._selector.unregister(client.connection)
        client.connection.close()
        self._lonely_since = time.monotonic()
        self._left(client)
