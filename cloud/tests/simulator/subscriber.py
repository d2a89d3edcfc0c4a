"""A subscriber to the event stream that reads frame by frame, as text and as what the text says."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import aiohttp
from defusedxml.ElementTree import fromstring

from pgc.simulator import SimulatedIsy

ORIGIN = "com.universal-devices.websockets.isy"
PATIENCE = 10.0


@dataclass(frozen=True)
class Frame:
    text: str

    @property
    def xml(self) -> Element:
        return fromstring(self.text.encode())

    @property
    def number(self) -> int:
        return int(self.xml.get("seqnum"))

    @property
    def said(self) -> tuple[str, str, str]:
        """Control, action, node."""
        return tuple(self.xml.findtext(tag) for tag in ("control", "action", "node"))

    @property
    def shown(self) -> tuple[str | None, str | None]:
        return self.xml.findtext("fmtAct"), self.xml.findtext("fmtName")


class Subscriber:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def next(self) -> Frame:
        async with asyncio.timeout(PATIENCE):
            return Frame(await self.socket.receive_str())

    async def until(self, control: str, action: str | None = None, node: str | None = None) -> list[Frame]:
        """All frames up to and with the next one of this kind."""
        frames = [await self.next()]
        while not _is(frames[-1], control, action, node):
            frames.append(await self.next())
        return frames

    async def closed(self) -> aiohttp.WSMsgType:
        """Reads on until the stream ends; how it did."""
        async with asyncio.timeout(PATIENCE):
            while (message := await self.socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        return message.type


@asynccontextmanager
async def subscribed(isy: SimulatedIsy, session: aiohttp.ClientSession):
    """The session knows the login."""
    async with session.ws_connect(f"{isy.url}/rest/subscribe", protocols=["ISYSUB"], origin=ORIGIN) as socket:
        yield Subscriber(socket)


def _is(frame: Frame, *wanted: str | None) -> bool:
    return all(want in (None, is_) for want, is_ in zip(wanted, frame.said, strict=True))
