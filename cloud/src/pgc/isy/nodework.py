"""Adding, removing and reporting: single attempts at what a job does, and what the ISY's answer means.

Each raises :class:`IsyUnreachable` or :class:`IsyRefused` while the ISY has trouble; every other answer is an outcome.
"""

import logging
from collections.abc import Awaitable
from http import HTTPStatus

from pgc.isy.client import IsyClient, Reply
from pgc.isy.errors import BadRequest, IsyError, IsyRefused, IsyUnreachable
from pgc.isy.link import has_trouble
from pgc.isy.nodes import NewNode, NodeOutcome
from pgc.isy.reasons import Reason, in_words
from pgc_interface.rules import addresses
from pgc_interface.rules.errors import BadAddress

logger = logging.getLogger(__name__)


_NO_ROOM = "the ISY took it without a word, and does not have it: it has no room for more nodes"


class Adding:
    """Adds the node, then groups it under its primary and sets its hint; each attempt goes on where the last one ended.

    A node that is there already is a success, with the ISY's 400; one that came from an attempt whose answer was lost
    counts as new.
    """

    def __init__(self, client: IsyClient, slot: int, node: NewNode) -> None:
        self._client = client
        self._slot = slot
        self._node = node
        self._maybe_done = False
        self._added: NodeOutcome | None = None

    async def attempt(self) -> NodeOutcome:
        outcome = self._added or await self._add()
        if outcome.success:
            self._added = outcome
            await self._adorn()
        return outcome

    def lost(self, reason: str, status: int) -> NodeOutcome:
        """Where the ISY has answered again and again that it cannot group the node or set its hint, the node works."""
        if self._added is None or not status:
            return NodeOutcome(False, status, reason)
        logger.warning("slot %d: node %s: %s", self._slot, self._node.address, reason)
        return self._added

    async def _add(self) -> NodeOutcome:
        node = self._node
        try:
            addresses.check(node.address)
            addresses.check(node.primary)
            reply = _settled(await self._client.add_node(self._slot, node), f"to add {node.address}")
        except (BadAddress, BadRequest) as error:
            return NodeOutcome(False, 0, str(error))
        except IsyUnreachable as error:
            self._maybe_done = self._maybe_done or error.maybe_done
            raise
        if reply.reason == Reason.NODE_ALREADY_EXISTS:
            return NodeOutcome(True, HTTPStatus.OK if self._maybe_done else reply.status)
        if not reply.ok:
            return NodeOutcome(False, reply.status, in_words(reply.status, reply.reason))
        self._maybe_done = True
        return await self._verified()

    async def _verified(self) -> NodeOutcome:
        """Over its limit an ISY answers 200 and adds nothing, so it is asked."""
        there = await self._client.node_holds(self._slot, self._node.address)
        return NodeOutcome(True, HTTPStatus.OK) if there is not None else NodeOutcome(False, 404, _NO_ROOM)

    async def _adorn(self) -> None:
        """What a node can do without: where the ISY does not want it, the node still works."""
        client, slot, node = self._client, self._slot, self._node
        if node.address != node.primary:
            await self._ask("grouping under its primary", client.set_parent(slot, node.address, node.primary))
        if node.hint:
            await self._ask("its hint", client.set_hint(slot, node.address, node.hint))

    async def _ask(self, what: str, call: Awaitable[Reply]) -> None:
        try:
            reply = _settled(await call, what)
        except (IsyUnreachable, IsyRefused):
            raise
        except IsyError as error:
            logger.warning("slot %d: node %s: %s", self._slot, self._node.address, error)
            return
        if not reply.ok:
            logger.warning(
                "slot %d: node %s: the ISY refused %s: %s", self._slot, self._node.address, what, _words(reply)
            )


async def remove(client: IsyClient, slot: int, address: str) -> NodeOutcome:
    """Removes the node. A node that is not there is a success."""
    try:
        reply = _settled(await client.remove_node(slot, address), f"to remove {address}")
    except BadRequest as error:
        return NodeOutcome(False, 0, str(error))
    gone = reply.ok or reply.reason == Reason.NODE_NOT_FOUND or reply.status == HTTPStatus.NOT_FOUND
    return NodeOutcome(gone, reply.status, None if gone else in_words(reply.status, reply.reason))


async def command(client: IsyClient, slot: int, address: str, command: str, value: str | None, uom: str | None) -> bool:
    reply = _settled(await client.report_command(slot, address, command, value, uom), f"{command} of {address}")
    if not reply.ok:
        logger.warning("slot %d: the ISY refused %s of %s: %s", slot, command, address, _words(reply))
    return reply.ok


async def answer(client: IsyClient, slot: int, request_id: str, success: bool) -> None:
    reply = _settled(await client.report_request(slot, request_id, success), f"the answer to request {request_id}")
    if not reply.ok:
        logger.warning("slot %d: the ISY refused the answer to its request %s: %s", slot, request_id, _words(reply))


def _settled(reply: Reply, what: str) -> Reply:
    if has_trouble(reply):
        reply.expect_ok(what)
    return reply


def _words(reply: Reply) -> str:
    return in_words(reply.status, reply.reason)
