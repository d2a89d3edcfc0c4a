"""The NodeServer's connection to Polyglot Cloud, as ``polyglot = Interface(); polyglot.start()``."""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from functools import partial
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
from .network import network_interface
from .node import record_of
from .polls import POLLS, Polls, repeat
from .profile import profile_is_due, profile_messages
from .saves import Saves
from .serverfile import describe, read_server_file
from .shape import Shape
from .surroundings import Surroundings
from .typedparams import TypedObserver
from .uplink import Uplink
from .wire import WireError

if TYPE_CHECKING:
    from .controller import Controller

logger = logging.getLogger(__name__)

STOP_OBSERVERS = 2.0
"""Seconds that all stop observers get together."""
CONFIG_PAGE = "POLYGLOT_CONFIG.md"
FAREWELL = 2.0
"""Seconds for what is still to be sent and confirmed at a stop."""


class Interface(Saves):
    """Reads its surroundings from the environment (the process ends with 1 if that is incomplete); `start` connects."""

    current: Interface | None = None
    """The one that was started last."""
    ends_process = True
    """Whether a stop ends the process; tests set it to False."""
    surroundings = Surroundings()
    """Where those made from now on find the platform and the time; the test kit sets its own."""
    host_waits = False
    """Set by a launcher that itself waits for the stop when the script has ended: `runForever` then returns at
    once, as it did in the original (one NodeServer starts its HTTP server after it)."""
    shape = Shape()

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
        self.logTopic = environment.topics.logs
        self.running = True
        self._docs: str | None = None
        self._log_level = ""
        """As the owner has chosen it; the NodeServer may have set LOGGER otherwise since."""
        self._stop_observers: list[Callable[[], Any]] = []
        self.begun = threading.Event()
        """Set once the Controller has begun its work."""
        self._controller: Controller | None = None
        self._dispatch: Dispatch | None = None
        self._uplink = Uplink(environment, self._receive, self.surroundings)
        self.outbox = self._uplink.outbox
        config = self.shape.config({"nodes": {}, **self.init})
        self._saved = SavedData(config, self._uplink.send, lambda: self._uplink.settled)
        self._feed = ConfigFeed()
        self.polls = Polls(self.surroundings.clock)
        self.polls.set(self.init)
        self._inbox = Inbox(self.polls, self._handle, self._acknowledge)
        self._uplink.watch.over(self._inbox.thread, self._feed.thread)
        self._lifetime = Lifetime(self._wind_down, self.ends_process)
        self._downlink = Downlink(self._inbox, self._uplink.settle, self._configured, self._log_at, self.request_stop)

    # --- life ---

    def start(self) -> None:
        """Connect, upload the profile and POLYGLOT_CONFIG.md if they are new, and tell the observers of `onConfig`
        the first config."""
        if self._lifetime.begun:
            return
        Interface.current = self
        self._log_at(self.init.get("logLevel") or "DEBUG")
        self._lifetime.begin()
        self._uplink.open()
        self._feed.start()
        if profile_is_due(self.firstRun, self.init.get("profileVersion"), self.serverFile):
            self.installprofile()
        if read_page(CONFIG_PAGE) not in ("", self.init.get("customParamsDoc")):
            self.add_custom_config_docs("")
        self._feed.publish(self.config)
        if self._controller is not None:
            self._begin(self._controller)

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
        """Ask the platform to start this NodeServer again. (The original's platform dropped that.)"""
        self.send({"restart": {}})

    @property
    def controller(self) -> Controller | None:
        """The Controller, once it is whole."""
        return self._controller

    @property
    def connected(self) -> bool:
        return self._uplink.connected

    # --- configuration ---

    @property
    def config(self) -> dict[str, Any]:
        """The live config; a new dict whenever the platform sends one."""
        return self._saved.config

    def onConfig(self, callback: Callable[[dict[str, Any]], Any]) -> None:
        """Call it with every config, the latest one included if that came already; each is a new dict.

        Observers have a thread of their own, so they may block. What one raises is logged. (In the original it ended
        the thread that heard the platform, and what came before the observer was lost.)
        """
        self._feed.observe(callback)

    def onTypedParams(self, callback: Callable[[dict[str, Any]], Any]) -> None:
        """Call it with all typed params, {name: value} with defaults, now and whenever one of them changes."""
        self._feed.observe(TypedObserver(callback))

    def onStop(self, callback: Callable[[], Any]) -> None:
        """Call it at the stop; all observers have two seconds together. (In the original none was ever called.)"""
        self._stop_observers.append(callback)

    def getNode(self, address: str) -> Any:
        """The platform's record of a node {address, name, nodedefid, primary, drivers …}; False if it has none."""
        return self.shape.records(self.config).get(address, False)

    def get_server_data(self, check_profile: bool = True) -> dict[str, Any]:
        """server.json with `version` and `profile_version`; a new profile was uploaded at the start already."""
        return describe(read_server_file())

    @property
    def network_interface(self) -> dict[str, Any]:
        """{addr, netmask, broadcast} of the address that leads out of here."""
        return network_interface()

    def get_network_interface(self, interface: str = "default") -> dict[str, Any]:
        """{addr, netmask, broadcast} of an interface by its name; each is False if it is not known."""
        return network_interface(interface)

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
        """Send the files of ``profile/`` as they are now: nodedef and editor ``.xml``, nls ``.txt``; False if there
        are none. (The original failed on Python 3.9 and newer.)"""
        bodies = profile_messages()
        sent = [self.send({"uploadProfile": body}, "isy") for body in bodies]
        return bool(sent) and all(sent)

    def updatePolls(self, polls: dict[str, Any] | None = None) -> None:
        """Poll every so many seconds from now on: {shortPoll, longPoll}, numbers or digits; 0 is never."""
        self._inbox.put(Item("polls", polls or {}))

    def updatePollsInPG(self, polls: dict[str, Any] | None = None) -> None:
        """Have the platform keep these polls."""
        self.send({"polls": {name: (polls or {})[name] for name in POLLS if name in (polls or {})}})

    def setInterval(self, interval: float, func: Callable[..., Any], *args: Any) -> Callable[[], None]:
        """Call ``func(*args)`` every so many seconds, on a thread of its own, until the function returned is called."""
        return repeat(interval, func, *args)

    def add_custom_config_docs(self, data: str, clearCurrentData: bool = False) -> None:
        """Add to the text on the configuration page, which begins with POLYGLOT_CONFIG.md if that is there."""
        if self._docs is None or clearCurrentData:
            self._docs = read_page(CONFIG_PAGE)
        self._docs += data
        self.send({"customparamsdoc": self._docs})

    def save_typed_params(self, data: Any) -> None:
        """Define params with types, for the owner to set: a list of definitions, or one.

        Each is {name, title, desc?, type?, isRequired?, isList?, defaultValue?, params?}; `type` is STRING, NUMBER or
        BOOL, and `params` a list of definitions within it. What the owner then sets is in
        ``config['typedCustomData']``; with defaults, :meth:`typed_params` and :meth:`onTypedParams` tell it.
        """
        definitions = data if isinstance(data, list) else [data]
        if self.send({"typedparams": definitions}):
            self.config["typedParams"] = definitions

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
            self._begin(controller)

    def wait_for_observers(self, timeout: float) -> bool:
        """Wait until the observers have had the configs that came until now; False if that took longer."""
        return self._feed.delivered().wait(timeout)

    # --- from the platform ---

    def inConfig(self, config: dict[str, Any]) -> None:
        """Take a config, or part of one, as if the platform had sent it."""
        self._configured(config)

    def _receive(self, payload: bytes) -> None:
        self._downlink.take(payload)

    def _configured(self, body: dict[str, Any]) -> None:
        config = self._saved.adopt(self.shape.config(body))
        self._log_at(config.get("logLevel") or self._log_level)
        self.isyVersion = config.get("isyVersion", self.isyVersion)
        self.updatePolls({name: config.get(name) for name in POLLS})
        self._feed.publish(config)
        if self._controller is not None:
            self._controller.take_config(config)

    def _log_at(self, level: Any) -> None:
        """Log at the level that the owner has chosen, when that changes."""
        if level != self._log_level:
            self._log_level = level
            logs.set_level(str(level))

    def _begin(self, controller: Controller) -> None:
        controller.begin()
        self.begun.set()

    def _handle(self, item: Item) -> None:
        if self._dispatch is not None:
            self._dispatch.handle(item)

    def _acknowledge(self, mid: str) -> None:
        self.send({"ack": {"mid": mid}})

    # --- the stop ---

    def _wind_down(self) -> None:
        self.running = False
        observers = [partial(attempt, "A stop observer", observer) for observer in self._stop_observers]
        if not self._lifetime.run_helpers("Stop", observers, STOP_OBSERVERS):
            logger.warning("The stop observers take longer than %s seconds; stopping without them.", STOP_OBSERVERS)
        self._inbox.close()
        self._feed.close()
        self._uplink.close(FAREWELL)


def read_page(name: str) -> str:
    """The text of a file of the NodeServer; "" if it cannot be read."""
    try:
        with open(name, encoding="utf-8-sig") as page:
            return page.read()
    except (OSError, UnicodeError):
        return ""
