"""Adding, removing and reporting: one attempt each at what a job does, and what the ISY's answer means.

Each raises :class:`IsyUnreachable` or :class:`IsyRefused` while the ISY has trouble; every other answer is an outcome.
"""

import logging
from http import HTTPStatus

from pgc.isy import addresses
from pgc.isy.client import IsyClient, Reply
from pgc.isy.errors import BadAddress, BadValue, IsyError, IsyUnreachable
from pgc.isy.link import has_trouble
from pgc.isy.nodes import NewNode, NodeOutcome
from pgc.isy.reasons import Reason, in_words

logger = logging.getLogger(__name__)


async def add(client: IsyClient, slot: int, node: NewNode) -> NodeOutcome:
    """Adds the node, then groups it under its primary and sets its hint. A node that is there already is a success."""
    try:
        addresses.check(node.address)
        addresses.check(node.primary)
        reply = _settled(await client.add_node(slot, node), f"to add {node.address}")
    except (BadAddress, BadValue) as error:
        return NodeOutcome(False, 0, str(error))
    if not reply.ok and reply.reason != Reason.NODE_ALREADY_EXISTS:
        return NodeOutcome(False, reply.status, in_words(reply.status, reply.reason))
    await _adorn(client, slot, node)
    return NodeOutcome(True, reply.status)


async def remove(client: IsyClient, slot: int, address: str) -> NodeOutcome:
    """Removes the node. A node that is not there is a success."""
    try:
        reply = _settled(await client.remove_node(slot, address), f"to remove {address}")
    except BadValue as error:
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


async def _adorn(client: IsyClient, slot: int, node: NewNode) -> None:
    """What a node can do without: where the ISY refuses it, with whatever status, the node still works."""
    replies: list[tuple[str, Reply]] = []
    try:
        if node.address != node.primary:
            replies.append(("grouping under its primary", await client.set_parent(slot, node.address, node.primary)))
        if node.hint:
            replies.append(("its hint", await client.set_hint(slot, node.address, node.hint)))
    except IsyUnreachable:
        raise
    except IsyError as error:
        logger.warning("slot %d: node %s: %s", slot, node.address, error)
    for what, reply in replies:
        if not reply.ok:
            logger.warning("slot %d: node %s: the ISY refused %s: %s", slot, node.address, what, _words(reply))


def _settled(reply: Reply, what: str) -> Reply:
    if has_trouble(reply):
        reply.expect_ok(what)
    return reply


def _words(reply: Reply) -> str:
    return in_words(reply.status, reply.reason)
