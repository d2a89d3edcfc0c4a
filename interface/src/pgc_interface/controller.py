"""The Controller: a NodeServer's first node, which holds the others and hears what the platform says."""

from __future__ import annotations

import logging
import threading
from abc import ABCMeta
from copy import deepcopy
from typing import Any, ClassVar

from .calls import attempt
from .dispatch import reason_of
from .interface import Interface
from .node import Node, by_name, keep_values, record_of
from .rules import notices
from .saves import SAVE_TIMEOUT

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
    `webhook` are for overriding. `start` runs on a thread of its own once the ISY has the controller's node, and may
    block for ever. All others, and the functions of `commands`, run one after the other on one thread: what they raise
    is logged, and one that takes over ten seconds is named in the log and to the platform."""

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
        self._nodes: dict[str, Any] = deepcopy(poly.shape.records(self.polyConfig))
        self.__lock = threading.Lock()
        self.__running = False
        self.__next_try = 0.0
        poly.onStop(lambda: attempt("stop", self.stop))

    # --- nodes ---

    def addNode(self, node: Any, update: bool = False) -> Any:
        """Add a node, or change its record; it is in `nodes` at once and its `start()` runs when the ISY has it.

        Values that the platform kept come back into its drivers. `update` makes no difference: the platform always
        gets the node as it is. One that the ISY refuses is logged with the reason and leaves `nodes` again. (The
        original added at most 20 nodes in five seconds, and a refusal raised KeyError.)
        """
        record = self._nodes.get(node.address)
        if record is not None:
            keep_values(node, by_name(record.get("drivers") or {}))
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

    def shortPoll(self) -> None:
        """Every `shortPoll` seconds, once `start` has returned. (The original did not wait for that.)"""

    def longPoll(self) -> None:
        """Every `longPoll` seconds, once `start` has returned."""

    def oauth(self, oauth: dict[str, Any]) -> None:
        """What the vendor sent to the platform's OAuth callback: code, state and all else."""
        logger.info("An OAuth answer came, but this NodeServer does not handle it.")

    def query(self) -> None:
        """The ISY wants all values: all nodes report theirs."""
        for node in list(self.nodes.values()):
            node.reportDrivers()

    def status(self) -> None:
        """The same, asked in another way."""
        for node in list(self.nodes.values()):
            node.reportDrivers()

    def runForever(self) -> None:
        """Keep the process up until the stop.

        Under a launcher that does so itself it returns at once, as the original's did; else it blocks.
        """
        if not Interface.host_waits:
            self.poly.wait_until_stopped()

    # --- saved data ---

    def saveCustomData(self, data: Any, wait: bool = False, timeout: float = SAVE_TIMEOUT) -> None:
        """Have the platform keep this map in place of the one before; it is in ``polyConfig['customData']``.

        With `wait` it returns once that is on the platform's disk.

        Raises:
            NotSaved: only with `wait`: it was refused, or not confirmed within `timeout` seconds.
        """
        if wait or _is_map("saveCustomData", data):
            self.poly.saveCustomData(data, wait, timeout)

    def addCustomParam(self, data: Any) -> None:
        """Set params {key: value}, JSON types; others stay as they are. (The original sent all of them, and so lost
        what had been changed just before.)"""
        if _is_map("addCustomParam", data):
            self.poly.patch("customParams", data, [])

    def removeCustomParam(self, data: Any) -> None:
        """Remove one param, if it is there."""
        self.poly.patch("customParams", {}, [str(data)])

    def getCustomParam(self, data: Any) -> Any:
        """A copy of one param; None if there is no such."""
        return deepcopy(self.poly.saved_map("customParams").get(data))

    def getCustomParams(self, data: Any = None) -> dict[str, Any]:
        """All params {key: value}, live. (The original wanted an argument, for nothing.)"""
        params: dict[str, Any] = self.poly.config["customParams"]
        return params

    def getTypedParam(self, name: str) -> Any:
        """A copy of one typed param: what the owner set, else its default; None if there is neither."""
        return self.poly.typed_params().get(name)

    def getTypedParams(self) -> dict[str, Any]:
        """A copy of all typed params, {name: value}: what the owner set, else the defaults."""
        return self.poly.typed_params()

    def addNotice(self, data: Any, key: Any = None, seconds: Any = None) -> None:
        """Show notices {key: html}; or one, as (html, key), or as {key, value}; or a list of texts.

        Without a key a text stands for itself, and once. With `seconds` the platform removes them when these are over.
        """
        texts = notices.as_map(data, key)
        more = {} if seconds is None else {"seconds": dict.fromkeys(texts, float(seconds))}
        self.poly.patch("notices", texts, [], **more)

    def removeNotice(self, key: Any) -> None:
        """Remove the notice with this key; or with this text; or, if it is a number, at this place (from 0).
        (The original raised NameError.)"""
        found = notices.find(self.poly.saved_map("notices"), key)
        self.poly.patch("notices", {}, [str(key) if found is None else found])

    def removeNoticesAll(self) -> None:
        self.poly.patch("notices", {}, list(self.poly.config["notices"]))

    def getNotice(self, data: Any) -> Any:
        """The text of one notice; None if there is no such. (The original looked among the params.)"""
        return self.poly.saved_map("notices").get(data)

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
        self._nodes = deepcopy(self.poly.shape.records(config))
        self._run_or_add()
        for address, record in self._nodes.items():
            if address in self.nodes:
                self._tell_record(self.nodes[address], record)

    def node_added(self, result: dict[str, Any]) -> None:
        """The platform's answer to one ``addnode``: {success, address, statusCode, reason?}."""
        address = str(result.get("address"))
        if address in self.nodesAdding:
            self.nodesAdding.remove(address)
        node = self.nodes.get(address)
        if not result.get("success"):
            self._refused(node, address, reason_of(result))
        elif node is not None:
            config, shape = self.polyConfig, self.poly.shape
            shape.add_record(config, record_of(node))
            self._nodes.setdefault(address, deepcopy(shape.records(config)[address]))
            if node is self:
                self._run_or_add()
            else:
                attempt(f"{address} start", node.start)

    # --- inside ---

    def _tell_record(self, node: Any, record: dict[str, Any]) -> None:
        node.config = deepcopy(record)
        node.timeAdded = record.get("timeAdded")
        node.isPrimary = record.get("isPrimary", False)

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
        kept = by_name(self._nodes[self.address].get("drivers") or {})
        keep_values(self, {**kept, "ST": None} if "ST" in kept else kept)  # the platform itself says if it is up
        self.started = True
        threading.Thread(target=self._run, name="NodeServer", daemon=True).start()

    def _add_self(self) -> None:
        now = self.poly.surroundings.clock()
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
