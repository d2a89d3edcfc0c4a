"""A simulated ISY: an HTTP server that NodeServers, and software written for real ISYs, take for the controller.

It is also the independent check of the platform's own ISY client, so nothing here is shared with `pgc.isy`; what both
read, the files of profiles, is `pgc.profiles`.
"""

from pgc.simulator.errors import CallFailed, CannotListen, NotConnected, SimulatorError, UnknownNode
from pgc.simulator.rest.door import RequestRecord
from pgc.simulator.server import SimulatedIsy
from pgc.simulator.state import IsyState

__all__ = [
    "CallFailed",
    "CannotListen",
    "IsyState",
    "NotConnected",
    "RequestRecord",
    "SimulatedIsy",
    "SimulatorError",
    "UnknownNode",
]
