"""The connection of a NodeServer of Polyglot 2, as ``polyglot = polyinterface.Interface('Name')``."""

from __future__ import annotations

import logging
from copy import deepcopy
from typing import Any, Callable

from ... import interface, serverfile
from ...inbox import Item
from ...interface import CONFIG_PAGE, read_page
from ...node import as_reported
from ...profile import profile_is_due
from ...rules import notices
from .shape import ListShape

logger = logging.getLogger(__name__)


class Interface(interface.Interface):
    """As :class:`pgc_interface.Interface`, with what Polyglot 2 had in another shape or of its own.

    `envVar` named an environment variable with the slot's number; here it is only a name. `config` is there before
    `start()`; it was None until the platform sent one.
    """

    CUSTOM_CONFIG_DOCS_FILE_NAME = CONFIG_PAGE
    SERVER_JSON_FILE_NAME = serverfile.NAME
    shape = ListShape()

    def __init__(self, envVar: Any = None) -> None:
        super().__init__(envVar)
        self._sent_profile = False
        """Whether the start sent the profile, and nobody has asked for it since."""

    @property
    def polyglotConnected(self) -> bool:
        """As `connected`: whoever reaches the broker reaches the platform."""
        return self.connected

    def start(self) -> None:
        """Connect, and show POLYGLOT_CONFIG.md as the configuration page."""
        if self._lifetime.begun:
            return
        self._sent_profile = profile_is_due(self.firstRun, self.init.get("profileVersion"), self.serverFile)
        super().start()
        self.send_custom_config_docs()

    def supports_feature(self, feature: str) -> bool:
        """True, whatever it is: each feature that NodeServers asked for has been there since 2.0.35."""
        return True

    # --- to the platform ---

    def send(self, message: Any, service: str | None = None) -> bool:
        """Send any message of Polyglot 2's protocol or of PGC's."""
        if not isinstance(message, dict):
            return super().send(message, service)
        rest, done = dict(message), {"addnotice": self.addNotice, "removenotice": self.removeNotice}
        for key in done.keys() & rest.keys():
            done[key](rest.pop(key))
        if "installprofile" in rest:
            rest.pop("installprofile")
            self.installprofile()
        if "nodes" in (rest.get("addnode") or ()):
            rest["batch"] = {"addnode": [_wire_record(node) for node in rest.pop("addnode")["nodes"]]}
        return super().send(rest, service) if rest else True

    def delNode(self, address: str) -> None:
        """Remove one node; `Controller.delNode` also forgets it here."""
        self.removeNode(address)

    def addNotice(self, data: Any) -> None:
        """Show {key, value}, or a text. Without a key (the original gave it a number) a text stands for itself."""
        self.patch("notices", notices.as_map(data), [])

    def removeNotice(self, data: Any) -> None:
        """Remove the notice {key}, or the one with this text."""
        which = data["key"] if isinstance(data, dict) else data
        found = notices.find(self.saved_map("notices"), which)
        self.patch("notices", {}, [str(which) if found is None else found])

    # --- the configuration page ---

    def get_md_file_data(self, fileName: str) -> str:
        """A file's Markdown, which the platform shows as HTML (the original made HTML of it here); "" without one."""
        return read_page(fileName)

    def send_custom_config_docs(self) -> None:
        """Send the configuration page as it is now; done at the start."""
        super().add_custom_config_docs("")

    # --- the profile ---

    def get_server_data(
        self, check_profile: bool = True, build_profile: Callable[[], Any] | None = None
    ) -> dict[str, Any]:
        """server.json with `version` (of the first credit) and `profile_version`; {"version": "unknown"} without it.

        With `check_profile`, :meth:`check_profile` follows, forced if `profile_version` is null.
        """
        data = super().get_server_data()
        if check_profile and "profile_version" in data:
            self.check_profile(data, data["profile_version"] is None, build_profile)
        return data

    def check_profile(
        self, serverdata: dict[str, Any], force: bool = False, build_profile: Callable[[], Any] | None = None
    ) -> None:
        """Install the profile if its version is not the one in ``customData['profile_version']``, or if `force`.

        `build_profile` is called before, to write the files. What the start has sent and nobody has built anew is
        not sent again.
        """
        wanted = serverdata["profile_version"]
        if wanted == "NotDefined":
            logger.error("The profile is not checked: server.json has no profile_version.")
            return
        data = deepcopy(self.config["customData"])
        if not force and data.get("profile_version") == wanted:
            return
        logger.info("The profile %s replaces %s.", wanted, data.get("profile_version", "none"))
        if build_profile is not None:
            build_profile()
        if build_profile is not None or not self._sent_profile:
            self.installprofile()
        self._sent_profile = False
        self.saveCustomData({**data, "profile_version": wanted})

    # --- from the platform ---

    def input(self, command: dict[str, Any]) -> None:
        """Take messages {command, query, status, result, shortPoll …} as if the platform had sent them."""
        for key, body in command.items():
            self._inbox.put(Item(key, body))


def _wire_record(node: dict[str, Any]) -> dict[str, Any]:
    record = {key: str(node[key]) for key in ("address", "name", "primary")}
    hint = {"hint": node["hint"]} if node.get("hint") is not None else {}
    return {**record, "nodedefid": str(node["node_def_id"]), "drivers": as_reported(node["drivers"]), **hint}
