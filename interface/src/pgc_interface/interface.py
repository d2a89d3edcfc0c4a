"""The NodeServer's connection to Polyglot Cloud, as ``polyglot = Interface(); polyglot.start()``."""

from __future__ import annotations

import logging
import os
import socket
import sys
import warnings
from typing import TYPE_CHECKING, Any, Callable

from . import logs
from .calls import attempt
from .configs import ConfigFeed
from .custom import SavedData
from .dispatch import Dispatch
from .downlink import Downlink
from .environment import EnvironmentIncomplete, read_environment
from .inbox import Inbox, Item
from .lifetime import Lifetime
from .node import record_of
from .polls import POLLS, Polls
from .profile import profile_is_due, profile_messages
from .serverfile import describe, read_server_file
from .uplink import Uplink
from .wire import WireError

if TYPE_CHECKING:
    from .controller import Controller

logger = logging.getLogger(__name__)

STOP_OBSERVERS = 2.0
"""Seconds that all stop observers get together."""
FAREWELL = 2.0
"""Seconds for what is still to be sent and confirmed at a stop."""


class Interface:
    """Reads its surroundings from the environment (the process ends with 1 if that is incomplete); `start` connects."""

    current: Interface | None = None
    """The one that was started last."""
    ends_process = True
    """Whether a stop ends the process; tests set it to False."""
    host_waits = False
    """Set by a launcher that itself waits for the stop when the script has ended: `runForever` then returns at
    once, as it did in the original (one NodeServer starts its HTTP server after it)."""

    def __init__(self, name: Any = None) -> None:
        logs.set_up()
        logs.take_over_process()
        try:
            environment = read_environment(os.environ)
        except EnvironmentIncomplete as error:
            logger.critical("%s", error)
            sys.exit(1)
        self.name = name
        self.init: dict[str, Any] = environment.init
        self.stage = environment.stage
        self.mqttEndpoint = environment.broker.host
        self.profileNum = self.init["profileNum"]
        self.userId = self.init["userId"]
        self.worker = self.init["worker"]
        self.clientId = environment.broker.login
        self.logBucket = self.init.get("logBucket", "")
        self.id = self.init["id"]
        self.firstRun = bool(self.init.get("firstRun"))
        self.isyVersion = self.init.get("isyVersion", "0")
        self.serverFile = read_server_file()
        self.sendTopic, self.recvTopic = environment.topics.up, environment.topics.down
        self.running = True
        self._docs: str | None = None
        self._stop_observers: list[Callable[[], Any]] = []
        self._controller: Controller | None = None
        self._dispatch: Dispatch | None = None
        self._uplink = Uplink(environment, self._receive)
        self.outbox = self._uplink.outbox
        self._saved = SavedData({"nodes": {}, **self.init}, self._uplink.send, lambda: self._uplink.settled)
        self._feed = ConfigFeed()
        self.polls = Polls()
        self.polls.set(self.init)
        self._inbox = Inbox(self.polls, self._handle, self._acknowledge)
        self._lifetime = Lifetime(self._wind_down, self.ends_process)
        self._downlink = Downlink(self._inbox, self._uplink.settle, self._configured, self.request_stop)

    # --- life ---

    def start(self) -> None:
        """Connect, upload the profile if it is new, and tell the observers of `onConfig` the first config."""
        if self._lifetime.begun:
            return
        Interface.current = self
        logs.set_level(str(self.init.get("logLevel") or "DEBUG"))
        self._lifetime.begin()
        self._uplink.open()
        self._feed.start()
        if profile_is_due(self.firstRun, self.init.get("profileVersion"), self.serverFile):
            self.installprofile()
        self._feed.publish(self.config)
        if self._controller is not None:
            self._controller.begin()

    def stop(self, deleting: bool = False) -> None:
        """Run the stop observers, say good-bye and end the process with code 0 within five seconds.

        Returns when all is sent, so that the script may end by itself; at once if an observer calls it.
        """
        self.request_stop("the NodeServer asked for it")
        self._lifetime.wait()

    def request_stop(self, reason: str) -> None:
        """Begin to stop, and return at once."""
        self._lifetime.request_stop(reason)

    def wait_until_stopped(self, timeout: float | None = None) -> bool:
        return self._lifetime.wait(timeout)

    def restart(self) -> None:
        """Ask the platform to start this NodeServer again."""
        self.send({"restart": {}})

    @property
    def connected(self) -> bool:
        return self._uplink.connected

    # --- configuration ---

    @property
    def config(self) -> dict[str, Any]:
        """The live config; a new dict whenever the platform sends one."""
        return self._saved.config

    def onConfig(self, callback: Callable[[dict[str, Any]], Any]) -> None:
        """Call it with every config, the latest one included if that came already."""
        self._feed.observe(callback)

    def onStop(self, callback: Callable[[], Any]) -> None:
        self._stop_observers.append(callback)

    def getNode(self, address: str) -> Any:
        """The platform's record of a node; False if it has none."""
        return self.config["nodes"].get(address, False)

    def get_server_data(self, check_profile: bool = True) -> dict[str, Any]:
        """server.json with `version` and `profile_version`; a new profile was uploaded at the start already."""
        return describe(read_server_file())

    @property
    def network_interface(self) -> dict[str, str]:
        """{addr, netmask, broadcast} of the address that leads out of here."""
        return self.get_network_interface()

    def get_network_interface(self, interface: str = "default") -> dict[str, str]:
        address = _own_address()
        return {"addr": address, "netmask": "255.255.255.0", "broadcast": address.rpartition(".")[0] + ".255"}

    # --- to the platform ---

    def send(self, message: Any, service: str | None = None) -> bool:
        """Send any message of the protocol, to ``<prefix>/<service>`` if given; False, and a line in the log, if
        it cannot be sent."""
        if not isinstance(message, dict):
            warnings.warn("send() takes a dictionary", stacklevel=2)
            return False
        try:
            self._uplink.send(message, service)
        except WireError as error:
            logger.error("The message %s was not sent: it %s.", ", ".join(map(str, message)), error)
            return False
        return True

    def addNode(self, node: Any) -> None:
        """Send one node; `Controller.addNode` also makes it known here."""
        try:
            self._uplink.add_node(record_of(node))
        except WireError as error:
            logger.error("The node %s was not added: the message %s.", node.address, error)

    def removeNode(self, address: str) -> None:
        self.outbox.forget(address)
        self.send({"removenode": {"address": address}})

    def installprofile(self) -> bool:
        """Send the files of ``profile/`` as they are now; False if there are none."""
        bodies = profile_messages()
        sent = [self.send({"uploadProfile": body}, "isy") for body in bodies]
        return bool(sent) and all(sent)

    def updatePolls(self, polls: dict[str, Any]) -> None:
        """Poll every so many seconds from now on: {shortPoll, longPoll}."""
        self._inbox.put(Item("polls", polls))

    def updatePollsInPG(self, polls: dict[str, Any]) -> None:
        """Have the platform keep these polls."""
        self.send({"polls": {name: polls[name] for name in POLLS if name in polls}})

    def saveCustomData(self, data: dict[str, Any]) -> None:
        """Have the platform keep this map of JSON types in place of the one before."""
        self._save("customData", self._saved.save_data, data)

    def saveCustomParams(self, data: dict[str, Any]) -> None:
        """Save the params as a whole; only what differs from the params seen last is sent."""
        self._save("customParams", self._saved.replace, "customParams", data)

    def saveNotices(self, data: dict[str, Any]) -> None:
        """Save the notices {key: html} as a whole, as :meth:`saveCustomParams` does."""
        self._save("notices", self._saved.replace, "notices", data)

    def patch(self, name: str, changed: dict[str, Any], gone: list[str]) -> None:
        """Set and remove single params or notices."""
        self._save(name, self._saved.patch, name, changed, gone)

    def add_custom_config_docs(self, data: str, clearCurrentData: bool = False) -> None:
        """Add to the text on the configuration page, which begins with POLYGLOT_CONFIG.md if that is there."""
        if self._docs is None or clearCurrentData:
            self._docs = _config_page()
        self._docs += data
        self.send({"customparamsdoc": self._docs})

    def save_typed_params(self, data: Any) -> None:
        """Define params with types: a list of {name, title, desc?, isRequired?, isList?, defaultValue?, params?}."""
        self.send({"typedparams": data if isinstance(data, list) else [data]})

    def _save(self, name: str, save: Callable[..., None], *arguments: Any) -> None:
        try:
            save(*arguments)
        except WireError as error:
            logger.error("%s was not saved: it %s.", name, error)

    # --- what a Controller needs ---

    def expect_controller(self) -> None:
        """A Controller is being made; its observers are called once it is whole."""
        self._feed.hold()

    def attach(self, controller: Controller) -> None:
        """The Controller is whole: from now on it gets what comes."""
        self._controller = controller
        self._dispatch = Dispatch(controller, self.send)
        self._feed.release()
        self._inbox.start()
        if self._lifetime.begun:
            controller.begin()

    def wait_for_observers(self, timeout: float) -> None:
        """Wait until the observers have had the configs that came until now."""
        self._feed.delivered().wait(timeout)

    # --- from the platform ---

    def _receive(self, payload: bytes) -> None:
        self._downlink.take(payload)

    def _configured(self, body: dict[str, Any]) -> None:
        config = self._saved.adopt({**self.config, **body})
        self.isyVersion = config.get("isyVersion", self.isyVersion)
        self.updatePolls({name: config.get(name) for name in POLLS})
        self._feed.publish(config)
        if self._controller is not None:
            self._controller.take_config(config)

    def _handle(self, item: Item) -> None:
        if self._dispatch is not None:
            self._dispatch.handle(item)

    def _acknowledge(self, mid: str) -> None:
        self.send({"ack": {"mid": mid}})

    # --- the stop ---

    def _wind_down(self) -> None:
        self.running = False
        if not self._lifetime.run_helper("Stop", self._tell_stop, STOP_OBSERVERS):
            logger.warning("A stop observer takes longer than %s seconds; stopping without it.", STOP_OBSERVERS)
        self._inbox.close()
        self._feed.close()
        self._uplink.close(FAREWELL)

    def _tell_stop(self) -> None:
        for observer in self._stop_observers:
            attempt("A stop observer", observer)


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses the way out
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _config_page() -> str:
    try:
        with open("POLYGLOT_CONFIG.md", encoding="utf-8-sig") as page:
            return page.read()
    except (OSError, UnicodeError):
        return ""
