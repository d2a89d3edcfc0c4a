"""One fetched packet through amqtt's codec, strictly: all of it, and nothing behind it."""

import struct
from typing import Any, TypeVar

from amqtt.errors import AMQTTError, CodecError, MQTTError, NoDataError
from amqtt.mqtt import packet_class
from amqtt.mqtt.packet import MQTTFixedHeader, MQTTPacket

from pgc.broker.streams import PacketReader, Violation

_CODEC_ERRORS = (AMQTTError, MQTTError, CodecError, NoDataError, ValueError, struct.error)
T = TypeVar("T")


async def decode(packets: PacketReader) -> MQTTPacket[Any, Any, Any]:
    """The packet that was fetched last.

    Raises:
        Violation: it is none, or shorter or longer than its content.
    """
    try:
        header = await MQTTFixedHeader.from_stream(packets)
        if header is None:
            raise NoDataError("it is empty")
        packet = await packet_class(header).from_stream(packets, fixed_header=header)
    except _CODEC_ERRORS as error:
        raise Violation(f"sent a malformed packet: {error}") from error
    if packets.unread:
        raise Violation(f"sent a malformed packet: {packets.unread} bytes too long")
    return packet


def whole(part: T | None) -> T:
    """A part that amqtt's types call optional, and a packet from the wire always has."""
    if part is None:
        raise Violation("sent a packet without all its parts")
    return part
