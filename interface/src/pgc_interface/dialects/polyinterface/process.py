"""What the on-premises SDK did to the process around a NodeServer."""

from __future__ import annotations

import logging
import os
from typing import Any

from ...environment import EnvironmentIncomplete, read_environment
from ...network import network_interface
from .polylogger import LOG_HANDLER


def init_interface() -> None:
    """Done when a run is started in this dialect: the log, and the environment variables of Polyglot 2.

    `PROFILE_NUM`, and `MQTT_HOST` and `MQTT_PORT` where the broker has such. (The original read them from stdin, with
    a `TOKEN`, and took stdout and stderr for its log, where they are anyway.)
    """
    LOG_HANDLER.set_basic_config(True, logging.WARNING)
    try:
        environment = read_environment(os.environ)
    except EnvironmentIncomplete:
        return  # the Interface will say so
    os.environ["PROFILE_NUM"] = str(environment.init["profileNum"])
    if environment.broker.port:
        os.environ["MQTT_HOST"] = environment.broker.host
        os.environ["MQTT_PORT"] = str(environment.broker.port)


def unload_interface() -> None:
    """Nothing has to be given back. (The original gave stdout and stderr back, and closed its log.)"""


def get_network_interface(interface: str = "default") -> dict[str, Any]:
    """{addr, netmask, broadcast} of an interface by its name, or of the one that leads out of here."""
    return network_interface(interface)
