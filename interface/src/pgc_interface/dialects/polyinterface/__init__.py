"""The on-premises SDK ``polyinterface`` 2.1, for NodeServers that cannot do without it.

What it does is done by :mod:`pgc_interface`; here are the shapes that Polyglot 2 had: nodes in `polyConfig` and
drivers are lists, values stay what they were set to, and `LOG_HANDLER` shapes the log. What only the cloud has
(`oauth`, `webhook`) is there too.
"""

from ...logs import LOGGER
from . import polylogger
from .controller import Controller
from .interface import Interface
from .node import Node
from .polylogger import LOG_HANDLER
from .process import get_network_interface, init_interface, unload_interface

__version__ = "2.1.0"
__all__ = [
    "LOGGER",
    "LOG_HANDLER",
    "Controller",
    "Interface",
    "Node",
    "__version__",
    "get_network_interface",
    "init_interface",
    "polylogger",
    "unload_interface",
]
