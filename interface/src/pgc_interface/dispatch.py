"""What each message of the platform does to the Controller and its nodes; always on the inbox's thread."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Callable

from .calls import attempt
from .inbox import Item

if TYPE_CHECKING:
    from .controller import Controller

logger = logging.getLogger(__name__)

Send = Callable[..., Any]


class Dispatch:
    """`send` is that of the Interface."""

    def __init__(self, controller: Controller, send: Send) -> None:
        self._controller = controller
        self._send = send
        self._handlers: dict[str, Callable[[Any], Any]] = {
            "command": self._command,
            "query": lambda body: self._report("query", body),
            "status": lambda body: self._report("status", body),
            "result": self._result,
            "oauth": lambda body: attempt("oauth", controller.oauth, body),
            "delete": self._delete,
            "webhook": self._webhook,
            "shortPoll": lambda body: attempt("shortPoll", controller.shortPoll),
            "longPoll": lambda body: attempt("longPoll", controller.longPoll),
            "discover": lambda body: attempt("discover", getattr(controller, "discover", None)),
        }

    def handle(self, item: Item) -> None:
        handler = self._handlers.get(item.key)
        if handler is not None:
            attempt(f"The message {item.key}", handler, item.body)

    def _command(self, body: dict[str, Any]) -> None:
        command = {"query": {}, **body}
        node = self._controller.nodes.get(command["address"])
        if node is None:
            logger.error("The command %s came for %s, which is no node here.", command["cmd"], command["address"])
        done = node is not None and attempt(f"{command['address']} {command['cmd']}", node.runCmd, command)
        self._answer(command["query"].get("requestId"), done)

    def _report(self, kind: str, body: dict[str, Any]) -> None:
        address = body["address"]
        node = self._controller if address == "all" else self._controller.nodes.get(address)
        done = node is not None and attempt(f"{address} {kind}", getattr(node, kind, None))
        self._answer(body.get("requestId"), done)

    def _answer(self, request: str | None, success: bool) -> None:
        """Tells the ISY how what it asked for ended, where it wants to know."""
        if request is not None:
            self._send({"report": {"requestId": request, "success": success}}, "isy")

    def _result(self, body: dict[str, Any]) -> None:
        for result in _as_list(body.get("addnode")):
            self._controller.node_added(result)
        for result in _as_list(body.get("removenode")):
            if not result.get("success"):
                logger.error("The node %s was not removed: %s", result.get("address"), reason_of(result))
        installed = body.get("installprofile")
        if isinstance(installed, dict) and not installed.get("success"):
            logger.error("The profile was not installed: %s", reason_of(installed))

    def _delete(self, body: Any) -> None:
        attempt("delete", self._controller.delete)
        self._controller.poly.request_stop("this NodeServer was removed")

    def _webhook(self, body: dict[str, Any]) -> None:
        handler = getattr(self._controller, "webhook", None)
        answer: dict[str, Any] = {"status": 200 if callable(handler) else 404}

        def call() -> None:
            returned = handler(body) if callable(handler) else None
            if isinstance(returned, dict):
                answer.update(returned)

        if not attempt("webhook", call):
            answer["status"] = 500
        self._send({"webhookResponse": {**answer, "id": body.get("id", "")}})


def reason_of(result: dict[str, Any]) -> str:
    return result.get("reason") or f"the ISY answered {result.get('statusCode', 'nothing')}"


def _as_list(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict):
        return [found]
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
