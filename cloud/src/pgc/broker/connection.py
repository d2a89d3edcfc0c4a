"""One client that has shown its secret: its packets one after the other, under the rules of its login.

amqtt's own reading loop starts a task for each packet, ignores keep-alive, and goes on after a malformed packet;
its delivery waits for PUBACK in a task a message and gives the message up after five seconds; leaving its loop
over a bad topic leaves the connection open. So both loops are ours, and amqtt encodes and decodes the packets.
"""

import asyncio
import logging
from typing import Any

from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.packet import MQTTPacket
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket
from amqtt.plugins.manager import PluginManager
from amqtt.session import Session

from pgc.broker.access import Login, may_publish, may_subscribe
from pgc.broker.exchange import Exchange
from pgc.broker.limits import Limits
from pgc.broker.outgoing import Outgoing
from pgc.broker.packets import decode, whole
from pgc.broker.streams import PacketReader, PacketWriter, Violation

_REFUSED = 0x80
_MAX_QOS = 1
logger = logging.getLogger(__name__)


class Connection(BrokerProtocolHandler):
    """A client's connection, from its CONNACK to its end.

    Its session lives as long as the connection (CONNACK says "no session present"): the durable lanes resend
    what was under way, and nothing is kept for clients that may never come back.
    """

    def __init__(
        self,
        plugins: PluginManager[Any],
        session: Session,
        login: Login,
        streams: tuple[PacketReader, PacketWriter],
        exchange: Exchange,
        limits: Limits,
    ) -> None:
        super().__init__(plugins)
        self.login = login
        self._packets, self._out = streams
        self.attach(session, *streams)
        self._exchange = exchange
        self._limits = limits
        self._outgoing = Outgoing(streams[1], limits, limits.trusted_factor if login.trusted else 1)
        self._client = session
        self._silence = _allowed_silence(session.keep_alive, limits)
        self._serving: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._reason = ""
        self.fault = ""
        """What the client did that it was disconnected for; empty while it keeps the rules."""
        self._has_been_refused = False
        if login.trusted:
            self._packets.hurry()

    async def run(self) -> None:
        """Serves the client until it leaves, breaks a rule or is ended; then publishes its will if it has to."""
        self._serving = asyncio.create_task(self._serve(), name=f"broker-client-{self.login.name}")
        try:
            await asyncio.wait([self._serving])
            self._log_end(self._serving)
        finally:
            self._serving.cancel()
            self._leave_exchange()
            await self._out.close()
            self._ended.set()

    async def end(self, reason: str, *, with_will: bool) -> None:
        """Ends the connection; returns when it is closed and has no part in anything any more."""
        if not with_will:
            self._client.will_flag = False
        self._cut(reason)
        await self._ended.wait()

    async def settled(self) -> None:
        """Waits until the client has acknowledged all QoS 1 messages that it was sent so far."""
        await self._outgoing.settled()

    def deliver(self, topic: str, payload: bytes, qos: int) -> bool:
        """Writes a message without waiting; true if its publisher should wait for :meth:`room`."""
        if self._reason:
            return False
        if self._outgoing.is_full:
            self._cut("does not read its messages", its_fault=True)
            return False
        self._outgoing.send(topic, payload, qos)
        return self.login.trusted and self._outgoing.is_behind

    async def room(self) -> None:
        """Waits until this client is no longer behind; cuts it off when it has not moved for too long."""
        try:
            await self._outgoing.catch_up()
        except TimeoutError:
            self._cut("has not read anything for too long", its_fault=True)
        except ConnectionError:
            return

    # --- the client's packets -------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        await self.mqtt_connack_authorize(True)
        while True:
            await self._packets.fetch(self._silence)
            packet = await decode(self._packets)
            if isinstance(packet, DisconnectPacket):
                self._client.will_flag = False
                return
            await self._handle(packet)

    async def _handle(self, packet: MQTTPacket[Any, Any, Any]) -> None:
        match packet:
            case PublishPacket():
                await self._publish(packet)
            case PubackPacket():
                self._outgoing.acknowledge(whole(packet.variable_header).packet_id)
            case SubscribePacket():
                await self._subscribe(packet)
            case UnsubscribePacket():
                await self._unsubscribe(packet)
            case PingReqPacket():
                await self.handle_pingreq(packet)
            case _:
                raise Violation(f"sent {type(packet).__name__}, which has no place here")

    async def _publish(self, packet: PublishPacket) -> None:
        topic, qos = packet.topic_name or "", packet.qos or 0
        if not may_publish(self.login, topic):
            raise Violation(f"published to {topic[:100]!r}, outside {self.login.prefix}/#")
        if packet.retain_flag:
            raise Violation(f"published a retained message to {topic[:100]!r}; none are kept")
        if qos > _MAX_QOS:
            raise Violation("published with QoS 2; QoS 0 and 1 are taken")
        await self._exchange.publish(self.login, topic, packet.data or b"", qos)
        if qos:
            await self._send_packet(PubackPacket.build(packet.packet_id or 0))

    async def _subscribe(self, packet: SubscribePacket) -> None:
        topics = whole(packet.payload).topics
        if not topics:
            raise Violation("sent a SUBSCRIBE without filters")
        granted = [self._grant(filter_, qos) for filter_, qos in topics]
        await self.mqtt_acknowledge_subscription(whole(packet.variable_header).packet_id, granted)

    def _grant(self, filter_: str, qos: int) -> int:
        own = self._exchange.subscriptions.of(self)
        if not may_subscribe(self.login, filter_) or qos not in (0, 1, 2):
            self._log_refusal(filter_)
            return _REFUSED
        if len(own | {filter_}) > self._limits.subscriptions:
            return _REFUSED
        self._exchange.subscriptions.add(self, filter_, min(qos, _MAX_QOS))
        return min(qos, _MAX_QOS)

    def _log_refusal(self, filter_: str) -> None:
        """The first one only: a client that goes on asking shall not fill the log."""
        if not self._has_been_refused:
            logger.warning("%s may not subscribe to %r", self.login.name, filter_[:100])
        self._has_been_refused = True

    async def _unsubscribe(self, packet: UnsubscribePacket) -> None:
        for filter_ in whole(packet.payload).topics:
            self._exchange.subscriptions.remove(self, filter_)
        await self.mqtt_acknowledge_unsubscription(whole(packet.variable_header).packet_id)

    async def _send_packet(self, packet: Any) -> None:
        """Ours, since amqtt's waits without end for a client that does not read, and cannot be cancelled."""
        self._out.write(packet.to_bytes())
        if not self._out.unsent:
            return
        try:
            async with asyncio.timeout(self._limits.stall_seconds):
                await self._out.drain()
        except TimeoutError:
            raise Violation("does not read the answers to its packets") from None

    # --- the end --------------------------------------------------------------------------------------------------

    def _cut(self, reason: str, *, its_fault: bool = False) -> None:
        self._reason = self._reason or reason
        if its_fault:
            self.fault = self.fault or reason
        self._out.abort()
        if self._serving:
            self._serving.cancel()

    def _leave_exchange(self) -> None:
        """No subscriptions, nobody waiting; the will goes out before the client's next connection is accepted."""
        self._reason = self._reason or "has left"
        self._exchange.subscriptions.forget(self)
        self._outgoing.close()
        will = self._client
        if will.will_flag and will.will_topic:
            self._exchange.deliver(will.will_topic, bytes(will.will_message or b""), will.will_qos or 0)

    def _log_end(self, served: asyncio.Task[None]) -> None:
        error = None if served.cancelled() else served.exception()
        match error:
            case None if not self._reason:
                return
            case None:
                logger.warning("%s is disconnected: it %s", self.login.name, self._reason)
            case Violation():
                self.fault = str(error)
                logger.warning("%s is disconnected: it %s", self.login.name, error)
            case TimeoutError():
                logger.warning("%s is disconnected: silent for %.0f s", self.login.name, self._silence)
            case asyncio.IncompleteReadError() | OSError():
                logger.info("%s has lost its connection", self.login.name)
            case _:
                logger.error("%s is disconnected by a fault of the broker", self.login.name, exc_info=error)


def _allowed_silence(keep_alive: int, limits: Limits) -> float:
    """One and a half keep-alives [MQTT-3.1.2-24], and never for ever."""
    return min(1.5 * keep_alive or limits.idle_seconds, limits.idle_seconds)
