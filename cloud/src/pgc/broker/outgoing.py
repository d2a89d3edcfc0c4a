"""What is on its way to one client: written without waiting, counted, bounded in bytes and in messages."""

import asyncio
import time

from amqtt.mqtt.publish import PublishPacket

from pgc.broker.backlog import Backlog
from pgc.broker.limits import Limits
from pgc.broker.streams import PacketWriter


class Outgoing:
    """The bytes a client has not read yet and the QoS 1 messages it has not acknowledged.

    `factor` is how many times as much it may owe before it is full as before it counts as behind.
    """

    def __init__(self, out: PacketWriter, limits: Limits, factor: int) -> None:
        self._out = out
        self._limits = limits
        self._factor = factor
        self._backlog = Backlog()

    @property
    def is_behind(self) -> bool:
        return self._owes(1)

    @property
    def is_full(self) -> bool:
        return self._owes(self._factor)

    def send(self, topic: str, payload: bytes, qos: int) -> None:
        packet_id = self._backlog.issue() if qos else None
        self._out.write(PublishPacket.build(topic, payload, packet_id, False, qos, False).to_bytes())

    def acknowledge(self, packet_id: int) -> None:
        self._backlog.acknowledge(packet_id)

    def close(self) -> None:
        """The client is gone: nobody needs to wait for it any longer."""
        self._backlog.clear()

    async def settled(self) -> None:
        """Waits until all QoS 1 messages that are on their way now have been acknowledged."""
        await self._backlog.wait_for_present()

    async def catch_up(self) -> None:
        """Waits until the client is no longer behind.

        Raises:
            TimeoutError: it has not acknowledged or read anything for too long.
            ConnectionError: it is gone.
        """
        while self.is_behind:
            await self._progress()

    async def _progress(self) -> None:
        since = time.monotonic()
        try:
            async with asyncio.timeout(self._limits.stall_seconds):
                await self._out.drain()
                await self._backlog.wait_below(self._limits.outgoing_messages)
        except TimeoutError:
            if self._backlog.acknowledged_at < since:
                raise

    def _owes(self, factor: int) -> bool:
        unread = self._out.unsent >= self._limits.outgoing_bytes * factor
        return unread or len(self._backlog) >= self._limits.outgoing_messages * factor
