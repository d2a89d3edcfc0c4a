"""The two ends of one TCP connection as amqtt's codec sees them: whole packets in, bounded bytes out."""

import asyncio
from asyncio import StreamReader, StreamWriter
from typing import Final

from amqtt.adapters import ReaderAdapter, StreamWriterAdapter
from amqtt.errors import MQTTError
from amqtt.mqtt.packet import CONNECT, PUBLISH

from pgc.broker.limits import Limits
from pgc.broker.pace import Bucket

_SHORTEST: Final = 2
_MAX_LENGTH_BYTES: Final = 4
_BYTES_PER_ENTRY: Final = 16
_BREATH: Final = 32


class Violation(MQTTError):
    """The client broke a rule; the text says which, to be read after its name."""


class PacketReader(ReaderAdapter):
    """Fetches one whole packet after the other, none larger than allowed, none faster than allowed.

    amqtt reads what a packet says of its own length, up to 256 MB, and after a malformed packet goes on in the
    middle of it. Here its codec sees only the bytes of one packet that is already complete.
    """

    def __init__(self, stream: StreamReader, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._packets: Bucket | None = Bucket(limits.packets_per_second, limits.packets_burst)
        self._bytes = Bucket(limits.bytes_per_second, limits.bytes_burst)
        self._owed = 0.0
        self._fetched = 0
        self._packet = b""
        self._at = 0

    @property
    def unread(self) -> int:
        """Bytes of the fetched packet that the codec had no use for."""
        return len(self._packet) - self._at

    def hurry(self) -> None:
        """From now on this client is not slowed down."""
        self._packets = None

    async def fetch_connect(self) -> None:
        """Reads the packet that every connection opens with.

        Raises:
            Violation: it is none, or too large.
        """
        async with asyncio.timeout(self._limits.connect_seconds):
            head = await self._stream.readexactly(_SHORTEST)
            if head[0] >> 4 != CONNECT:
                raise Violation("did not begin with CONNECT")
            await self._fetch_rest(head)

    async def fetch(self, idle_seconds: float) -> None:
        """Reads the next packet, when its turn has come.

        Raises:
            Violation: it is too large; its body has not been read.
            TimeoutError: it was not complete after `idle_seconds`.
            asyncio.IncompleteReadError, OSError: the connection is gone.
        """
        await self._wait_for_turn()
        async with asyncio.timeout(idle_seconds):
            await self._fetch_rest(await self._stream.readexactly(_SHORTEST))
        self._charge()

    async def read(self, n: int = -1) -> bytes:
        """Bytes of the fetched packet, for amqtt's codec; fewer than asked for at its end. Never waits."""
        end = len(self._packet) if n < 0 else self._at + n
        part = self._packet[self._at : end]
        self._at += len(part)
        return part

    def feed_eof(self) -> None:
        self._stream.feed_eof()

    async def _wait_for_turn(self) -> None:
        """A client that sends too much is left unread, so that TCP slows it down.

        Every few packets the others have their turn, since reading what has already arrived never waits.
        """
        self._fetched += 1
        if self._owed or self._fetched % _BREATH == 0:
            await asyncio.sleep(self._owed)

    async def _fetch_rest(self, head: bytes) -> None:
        """MQTT's length has seven bits a byte, the low ones first; the first of them is in `head` already."""
        length = head[1] & 0x7F
        while head[-1] & 0x80:
            if len(head) > _MAX_LENGTH_BYTES:
                raise Violation("sent a packet without a proper length")
            head += await self._stream.readexactly(1)
            length |= (head[-1] & 0x7F) << 7 * (len(head) - 2)
        limit = self._limits.publish_bytes if head[0] >> 4 == PUBLISH else self._limits.control_bytes
        if length > limit:
            raise Violation(f"sent a packet of {length} bytes; at most {limit} are taken")
        body = await self._stream.readexactly(length) if length else b""
        self._packet = head + body
        self._at = 0

    def _charge(self) -> None:
        """A message costs one packet. In a SUBSCRIBE each entry makes as much work, so it is charged by its size."""
        if self._packets is None:
            return
        size = len(self._packet)
        is_message = self._packet[0] >> 4 == PUBLISH
        packets = 1 if is_message else 1 + size // _BYTES_PER_ENTRY
        self._owed = max(self._packets.spend(packets), self._bytes.spend(size))


class PacketWriter(StreamWriterAdapter):
    """amqtt's writer, with a bounded end: its own waits until the client has read everything."""

    def __init__(self, writer: StreamWriter, close_seconds: float) -> None:
        super().__init__(writer)
        self._close_seconds = close_seconds

    @property
    def unsent(self) -> int:
        """Bytes that the client has left no room for."""
        size: int = self._writer.transport.get_write_buffer_size()
        return size

    def write(self, data: bytes) -> None:
        # A transport that lost its peer takes the bytes, but warns of each.
        if not self._writer.transport.is_closing():
            super().write(data)

    def get_peer_info(self) -> tuple[str, int] | None:
        """Also for a unix socket, whose other end has no name."""
        return super().get_peer_info() or ("unix", 0)

    def abort(self) -> None:
        """Cuts the connection at once; what is unsent is lost."""
        self.is_closed = True
        self._writer.transport.abort()

    async def close(self) -> None:
        """Sends what the client takes in a moment, then ends the connection whatever it does."""
        self.is_closed = True
        self._writer.close()
        try:
            async with asyncio.timeout(self._close_seconds):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()
