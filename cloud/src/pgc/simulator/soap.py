"""SOAP as its clients write it: the prefix `s:` is never declared, so no XML parser takes it; bounded patterns do."""

import re
from dataclasses import dataclass

MAX_BODY = 16 * 1024

_ACTION = re.compile(r"<u:([A-Za-z]{1,40})[\s>]")
_NODE = 1
"""The nodeType of nodes; folders are 3."""


@dataclass(frozen=True, slots=True)
class SetParent:
    node: str
    parent: str


def action_of(header: str, body: str) -> str:
    """What is asked for: the end of the SOAPACTION header, else the name of the body's first `u:` element."""
    _, _, named = header.strip().strip('"').rpartition("#")
    match = _ACTION.search(body)
    return named or (match[1] if match else "")


def read_set_parent(body: str) -> SetParent | None:
    """None if it names no node and parent, or one of them is not a node."""
    node, parent = _text(body, "node"), _text(body, "parent")
    types = {_text(body, "nodeType"), _text(body, "parentType")}
    return SetParent(node, parent) if node and parent and types == {str(_NODE)} else None


def _text(body: str, tag: str) -> str:
    match = re.search(rf"<{tag}>\s{{0,8}}([^<>\s]{{1,64}})\s{{0,8}}</{tag}>", body)
    return match[1] if match else ""
