"""The Controller: a NodeServer's first node, which holds the others and hears what the platform says."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABCMeta
from copy import deepcopy
from typing import Any, ClassVar

from .calls import attempt
from .dispatch import reason_of
from .interface import Interface
from .node import Node, keep_values, record_of

logger = logging.getLogger(__name__)

FIRST_CONFIG = 5.0
"""Seconds that `start()` waits for the observers of the first config."""
RETRY = 10.0
"""Seconds before a refused controller node is added again, when a config comes."""


class _WholeFirst(ABCMeta):
    """Tells a Controller when its constructor, with those of all its subclasses, is through.

    Subclasses choose their address and register observers after ``super().__init__()``; nothing may happen before.
    (Derived from ABCMeta so that a NodeServer may mix abstract classes in.)
    """

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        controller = super().__call__(*args, **kwargs)
        controller.made_whole()
        return controller


class Controller(Node, metaclass=_WholeFirst):
    """Subclass it; `start`, `stop`, `shortPoll`, `longPoll`, `query`, `status`, `delete`, `discover`, `oauth` and
    `webhook` are for overriding. `start` runs on a thread of its own once the ISY has the controller's node."""

    id = "controller"
    commands: ClassVar[dict[str, Any]] = {}
    drivers: Any = {"ST": {"value": 1, "uom": 2}}  # noqa: RUF012 - the shape of the original

    def __init__(self, poly: Interface) -> None:
        poly.expect_controller()
        super().__init__(self, "controller", "controller", "Controller")
        self.poly = poly
        self.isController = True
        self.isPrimary = True
        self.nodes: dict[str, Any] = {self.address: self}
        self.nodesAdding: list[str] = []
        self.polyConfig = poly.config
        self._nodes: dict[str, Any] = deepcopy(self.polyConfig["nodes"])
        self.__lock = threading.Lock()
        self.__running = False
        self.__next_try = 0.0
        poly.onStop(lambda: attempt("stop", self.stop))

    # --- nodes ---

    def addNode(self, node: Any, update: bool = False) -> Any:
        """Add a node, or change its record; it is in `nodes` at once and its `start()` runs when the ISY has it.

        Values that the platform kept come back into its drivers. `update` makes no difference: the platform always
        gets the node as it is.
        """
        record = self._nodes.get(node.address)
        if record is not None:
            keep_values(node, record.get("drivers") or {})
        self.updateNode(node)
        return node

    def updateNode(self, node: Any) -> None:
        """Send a node as it is, without looking for kept values."""
        self.nodes[node.address] = node
        self.nodesAdding.append(node.address)
        logger.info("Adding the node %s (%s)", node.name, node.address)
        self.poly.addNode(node)

    def removeNode(self, address: str) -> None:
        """Remove a node, known here or not."""
        self.nodes.pop(address, None)
        self._nodes.pop(address, None)
        self.poly.removeNode(address)

    def delNode(self, address: str) -> None:
        self.removeNode(address)

    # --- for overriding ---

    def start(self) -> None:
        """The NodeServer begins here; it may block for ever."""

    def stop(self) -> None:
        """The NodeServer stops: two seconds to clean up."""

    def delete(self) -> None:
        """The NodeServer was removed by its owner; `stop` follows."""

    def shortPoll(self) -> None: ...

    def longPoll(self) -> None: ...

    def oauth(self, oauth: dict[str, Any]) -> None:
        """What the vendor sent to the platform's OAuth callback: code, state and all else."""
        logger.info("An OAuth answer came, but this NodeServer does not handle it.")

    def query(self) -> None:
        for node in list(self.nodes.values()):
            node.reportDrivers()

    def status(self) -> None:
        for node in list(self.nodes.values()):
            node.reportDrivers()

    def runForever(self) -> None:
        """Keep the process up until the stop.

        Under a launcher that does so itself it returns at once, as the original's did; else it blocks.
        """
        if not Interface.host_waits:
            self.poly.wait_until_stopped()

    # --- saved data ---

    def saveCustomData(self, data: Any) -> None:
        """Have the platform keep this map in place of the one before; it is in ``polyConfig['customData']``."""
        if _is_map("saveCustomData", data):
            self.poly.saveCustomData(data)

    def addCustomParam(self, data: Any) -> None:
        """Set params {key: value}; others stay as they are."""
        if _is_map("addCustomParam", data):
            self.poly.patch("customParams", data, [])

    def removeCustomParam(self, data: Any) -> None:
        self.poly.patch("customParams", {}, [str(data)])

    def getCustomParam(self, data: Any) -> Any:
        """A copy of one param; None if there is no such."""
        return deepcopy(self.poly.config["customParams"].get(data))

    def getCustomParams(self, data: Any = None) -> dict[str, Any]:
        params: dict[str, Any] = self.poly.config["customParams"]
        return params

    def addNotice(self, data: Any, key: Any = None) -> None:
        """Show notices {key: html}; or one, as (html, key). Without a key a text stands for itself, and once."""
        notices = data if isinstance(data, dict) else {(str(data)[:256] if key is None else key): data}
        texts = {str(name): str(text) for name, text in notices.items()}
        self.poly.patch("notices", texts, [])

    def removeNotice(self, key: Any) -> None:
        self.poly.patch("notices", {}, [str(key)])

    def removeNoticesAll(self) -> None:
        self.poly.saveNotices({})

    def getNotice(self, data: Any) -> Any:
        """The text of one notice; None if there is no such."""
        return self.poly.config["notices"].get(data)

    def getNotices(self) -> dict[str, Any]:
        notices: dict[str, Any] = self.poly.config["notices"]
        return notices

    # --- what the Interface tells ---

    def made_whole(self) -> None:
        """The constructor is through; by now the subclass has chosen its address."""
        self.nodes = {self.address: self}
        self.poly.attach(self)

    def begin(self) -> None:
        """The Interface was started and the Controller is whole."""
        self.take_config(self.poly.config)

    def take_config(self, config: dict[str, Any]) -> None:
        """A config came, or is there at the beginning."""
        self.polyConfig = config
        self._nodes = deepcopy(config["nodes"])
        self._run_or_add()
        for address, record in self._nodes.items():
            if address in self.nodes:
                _tell_record(self.nodes[address], record)

    def node_added(self, result: dict[str, Any]) -> None:
        """The platform's answer to one ``addnode``: {success, address, statusCode, reason?}."""
        address = str(result.get("address"))
        if address in self.nodesAdding:
            self.nodesAdding.remove(address)
        node = self.nodes.get(address)
        if not result.get("success"):
            self._refused(node, address, reason_of(result))
        elif node is not None:
            self._nodes.setdefault(address, record_of(node))
            self.polyConfig["nodes"].setdefault(address, record_of(node))
            if node is self:
                self._run_or_add()
            else:
                attempt(f"{address} start", node.start)

    # --- inside ---

    def _refused(self, node: Any, address: str, reason: str) -> None:
        logger.error("The node %s was not added: %s", address, reason)
        if node is not self:
            self.nodes.pop(address, None)

    def _run_or_add(self) -> None:
        with self.__lock:
            if self.__running:
                return
            if self.address not in self._nodes:
                self._add_self()
                return
            self.__running = True
        kept = self._nodes[self.address].get("drivers") or {}
        keep_values(self, {**kept, "ST": None} if "ST" in kept else kept)  # the platform itself says if it is up
        self.started = True
        threading.Thread(target=self._run, name="NodeServer", daemon=True).start()

    def _add_self(self) -> None:
        now = time.monotonic()
        if now >= self.__next_try and self.address not in self.nodesAdding:
            self.__next_try = now + RETRY
            self.updateNode(self)

    def _run(self) -> None:
        self.poly.wait_for_observers(FIRST_CONFIG)
        self.poly.polls.start_entered()
        attempt("start", self.start)
        self.poly.polls.start_returned()


def _is_map(what: str, data: Any) -> bool:
    if not isinstance(data, dict):
        logger.error("%s takes a dictionary, not %s.", what, type(data).__name__)
    return isinstance(data, dict)


def _tell_record(node: Any, record: dict[str, Any]) -> None:
    node.config = deepcopy(record)
    node.timeAdded = record.get("timeAdded")
    node.isPrimary = record.get("isPrimary", False)
