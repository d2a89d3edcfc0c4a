"""The SDK of Polyglot Cloud, under the name that NodeServers import: ``import pgc_interface as polyinterface``."""

from . import logs
from .controller import Controller
from .errors import NotSaved
from .interface import Interface
from .logs import LOGGER
from .node import Node

__version__ = "2.0.0"
__all__ = ["LOGGER", "Controller", "Interface", "Node", "NotSaved", "__version__"]

logs.set_up()
