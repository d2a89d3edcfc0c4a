"""What the platform asks of an ISY: its REST calls for NodeServers, each as a typed method.

Addresses come in without the slot's prefix. A method that returns a :class:`Reply` leaves it to the caller what the
ISY's answer means; one that returns something else raises :class:`IsyRefused` when the ISY does not give it.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element

from pgc.isy import xml
from pgc.isy.addresses import on_isy
from pgc.isy.connections import Connection, read_connections
from pgc.isy.errors import BadRequest, IsyError, IsyRefused, IsyUnauthorized
from pgc.isy.holdings import Drivers, Holdings, read_holdings, read_node
from pgc.isy.nodes import NewNode
from pgc.isy.transport import TIMEOUT, Answer, IsyLogin, Request, Transport
from pgc_interface.rules.addresses import clean_name

__all__ = ["Connection", "IsyClient", "IsyLogin", "NewNode", "Reply"]

MAX_URL = 255
"""Bytes of a whole URL under ``/rest/ns/``; an ISY takes no more there."""
_UPLOAD_PATIENCE = 6.0
"""An ISY994 writes a large file slowly."""
_LIST_PATIENCE = 6.0
"""And lists hundreds of nodes slowly."""
_REASON = re.compile(rb"<reason\b[^>]*?\bcode\s*=\s*[\"'](\d{1,6})[\"']")
_SERVICE = "urn:udi-com:service:X_Insteon_Lighting_Service:1"


@dataclass(frozen=True, slots=True)
class Reply:
    """The HTTP status, and the reason code where the ISY gave one."""

    status: int
    reason: int | None = None

    @property
    def ok(self) -> bool:
        return self.status == HTTPStatus.OK

    def expect_ok(self, what: str) -> None:
        """
        Raises:
            IsyRefused: the status is another than 200.
        """
        if self.status == HTTPStatus.UNAUTHORIZED:
            raise IsyUnauthorized(what)
        if not self.ok:
            raise IsyRefused(self.status, self.reason, what)


class IsyClient:
    """One ISY's REST and SOAP interface. Every method raises :class:`IsyUnreachable` when no answer comes."""

    def __init__(self, login: IsyLogin, *, verify_tls: bool = True, timeout: float = TIMEOUT) -> None:
        """`verify_tls` counts for https; an ISY's own certificate is self-signed, so an owner may switch it off.

        `timeout` is in seconds and counts for each try.
        """
        self._transport = Transport(login, verify_tls=verify_tls, timeout=timeout)

    @property
    def url(self) -> str:
        return self._transport.base

    def on_time_out(self, told: Callable[[], None]) -> None:
        """From now on `told` is called whenever a request timed out, which the ISY may still carry out."""
        self._transport.on_time_out = told

    async def start(self) -> None:
        await self._transport.start()

    async def stop(self) -> None:
        await self._transport.stop()

    async def probe(self) -> Reply:
        """Asks once for something small: whether the ISY answers, and takes the login."""
        return _reply(await self._transport.ask(Request("/rest/time", tries=1)))

    async def version(self) -> str:
        """The firmware's version, such as ``5.3.4``."""
        root = await self._read("/rest/config", "its configuration")
        for tag in ("app_full_version", "app_version"):
            version = next((element.text for element in root.iter(tag) if element.text), "").strip()
            if version:
                return version[:64]
        raise IsyError(f"what answers at {self.url} does not look like an ISY: its configuration names no version")

    # --- connections: which slot belongs to whom ---

    async def connections(self) -> list[Connection]:
        return read_connections(await self._body("/rest/profiles/ns/0/connection", "its list of connections"))

    async def connection(self, slot: int) -> Connection | None:
        """Who has the slot; None when it is free."""
        body = await self._body(f"/rest/profiles/ns/{slot}/connection", f"the connection of slot {slot}")
        return next((found for found in read_connections(body) if found.slot == slot), None)

    async def set_connection(self, slot: int, connection: Connection, password: str) -> Reply:
        """Writes the slot, whoever had it: :func:`pgc.isy.slots.register` asks first."""
        return await self._get(f"/rest/profiles/ns/{slot}/connection/set/network?{connection.query(password)}")

    async def remove_connection(self, slot: int) -> Reply:
        return await self._get(f"/rest/profiles/ns/{slot}/connection/remove")

    # --- nodes ---

    async def add_node(self, slot: int, node: NewNode) -> Reply:
        """Not sent again by itself where it may have arrived: the ISY's answer would not tell whether it was new."""
        parameters = {"primary": on_isy(slot, node.primary), "name": clean_name(node.name) or node.address}
        query = urlencode(parameters, quote_via=quote)
        return await self._get(f"{_node(slot, node.address)}/add/{_part(node.nodedefid)}?{query}", repeatable=False)

    async def remove_node(self, slot: int, address: str) -> Reply:
        return await self._get(f"{_node(slot, address)}/remove")

    async def set_hint(self, slot: int, address: str, hint: str) -> Reply:
        return await self._get(f"{_node(slot, address)}/set/hint/{_part(hint)}")

    async def set_parent(self, slot: int, address: str, parent: str) -> Reply:
        """Groups a node under its primary; by SOAP, in the form that the ISY's own clients send."""
        body = (
            f'<s:Envelope><s:Body><u:SetParent xmlns:u="{_SERVICE}">'
            f"<node>{_part(on_isy(slot, address))}</node><nodeType>1</nodeType>"
            f"<parent>{_part(on_isy(slot, parent))}</parent><parentType>1</parentType>"
            "</u:SetParent></s:Body></s:Envelope>"
        )
        headers = {"SOAPACTION": f"{_SERVICE}#SetParent", "Content-Type": "application/x-www-form-urlencoded"}
        return _reply(await self._transport.ask(Request("/services", "POST", body.encode(), headers)))

    async def query_node(self, slot: int, address: str) -> Reply:
        """Has the ISY ask the NodeServer for the node's values, as an owner's Query button does."""
        return await self._get(f"/rest/query/{_part(on_isy(slot, address))}")

    # --- as an owner's app does: of any node, whose full address it knows ---

    async def node_names(self) -> dict[str, str]:
        """All nodes of the ISY: address and name."""
        nodes = (await self._read("/rest/nodes", "its nodes")).iter("node")
        return {node.findtext("address", "").strip(): node.findtext("name", "").strip() for node in nodes}

    async def send_command(self, node: str, command: str, value: str | None = None, uom: str | None = None) -> Reply:
        """Sent again only where it cannot have arrived. A uom without a value is left out."""
        given = [part for part in (value, uom if value is not None else None) if part is not None]
        parts = (node, "cmd", command, *given)
        return await self._get("/".join(("/rest/nodes", *map(_part, parts))), repeatable=False)

    # --- what it holds ---

    async def holdings(self) -> Holdings:
        """All nodes of NodeServers with their values; two long answers, so not for every day."""
        nodes = await self._body("/rest/nodes", "its nodes", patience=_LIST_PATIENCE)
        status = await self._body("/rest/status", "the values of its nodes", patience=_LIST_PATIENCE)
        return await asyncio.to_thread(read_holdings, nodes, status)

    async def node_holds(self, slot: int, address: str) -> Drivers | None:
        """The values of one node; None where there is no such node."""
        answer = await self._transport.ask(Request(f"/rest/nodes/{_part(on_isy(slot, address))}"))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        _reply(answer).expect_ok(f"the values of {address}")
        return read_node(answer.body)

    # --- reports ---

    async def report_status(self, slot: int, address: str, driver: str, value: str, uom: str) -> Reply:
        return await self._get(f"{_node(slot, address)}/report/status/{_part(driver)}/{_part(value)}/{_part(uom)}")

    async def report_command(
        self, slot: int, address: str, command: str, value: str | None = None, uom: str | None = None
    ) -> Reply:
        """Sent again only where it cannot have arrived. A uom without a value is left out."""
        path = f"{_node(slot, address)}/report/cmd/{_part(command)}"
        given = [part for part in (value, uom if value is not None else None) if part is not None]
        return await self._get("/".join([path, *map(_part, given)]), repeatable=False)

    async def report_request(self, slot: int, request_id: str, success: bool) -> Reply:
        outcome = "success" if success else "fail"
        return await self._get(f"/rest/ns/{slot}/report/request/{_part(request_id)}/{outcome}")

    # --- profile ---

    async def upload_profile(self, slot: int, kind: str, filename: str, content: bytes) -> Reply:
        path = f"/rest/ns/profile/{slot}/upload/{_part(kind)}/{_part(filename)}"
        headers = {"Content-Type": "application/xml"}
        self._check_length(path)
        return _reply(await self._transport.ask(Request(path, "POST", content, headers, patience=_UPLOAD_PATIENCE)))

    # --- how ---

    async def _get(self, path: str, *, repeatable: bool = True) -> Reply:
        self._check_length(path)
        return _reply(await self._transport.ask(Request(path, repeatable=repeatable)))

    async def _read(self, path: str, what: str) -> Element:
        try:
            return xml.parse(await self._body(path, what))
        except xml.BadXml as error:
            raise IsyError(f"what answers at {self.url} does not look like an ISY: {what} is not XML") from error

    async def _body(self, path: str, what: str, patience: float = 1.0) -> bytes:
        answer = await self._transport.ask(Request(path, patience=patience))
        _reply(answer).expect_ok(what)
        return answer.body

    def _check_length(self, path: str) -> None:
        length = len(self.url) + len(path)
        if path.startswith("/rest/ns/") and length > MAX_URL:
            raise BadRequest(
                f"the call would be {length} bytes long, and an ISY takes at most {MAX_URL}: shorten the name"
            )


def _node(slot: int, address: str) -> str:
    return f"/rest/ns/{slot}/nodes/{_part(on_isy(slot, address))}"


def _part(text: str) -> str:
    """One part of a path. A dot alone would change the path's meaning, so it is quoted as well."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def _reply(answer: Answer) -> Reply:
    if answer.status == HTTPStatus.OK:
        return Reply(HTTPStatus.OK)
    found = _REASON.search(answer.body)
    return Reply(answer.status, int(found[1]) if found else None)
