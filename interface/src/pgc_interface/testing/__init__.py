"""A test kit for authors of NodeServers: the pytest fixture `platform`, with a platform in the process of the tests.

The fixture comes with the SDK; see docs/testing.md of the project for how to use it. Nothing here is imported by
``import pgc_interface``.
"""

from .errors import KitError, NodeServerFailed, NodeServerRaised, NotThere, TookTooLong
from .nodeserver import NodeServer
from .platform import Platform
from .seen import Command, Node, Report, Value

__all__ = [
    "Command",
    "KitError",
    "Node",
    "NodeServer",
    "NodeServerFailed",
    "NodeServerRaised",
    "NotThere",
    "Platform",
    "Report",
    "TookTooLong",
    "Value",
]
