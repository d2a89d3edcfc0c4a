"""How much one connection may ask of the broker; every bound of this package is named here."""

from dataclasses import dataclass
from typing import Final

from pgc_interface.wire import MAX_FRAME

MAX_TOPIC: Final = 1024
"""Characters of a topic or filter."""
MAX_LEVELS: Final = 32
"""Levels of a filter; the depth of the table of subscriptions follows from it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. The default suits hundreds of runs on one small machine."""

    publish_bytes: int = MAX_FRAME + 64 * 1024
    """A PUBLISH: a whole frame and its topic."""
    control_bytes: int = 16 * 1024
    """Any other packet, CONNECT with its will among them."""
    connect_seconds: float = 5.0
    """From the TCP connection to the whole CONNECT."""
    strangers: int = 256
    """Connections that have not shown a secret yet. One more, and the oldest of them is closed."""
    idle_seconds: float = 1800.0
    """The longest silence, whatever keep-alive the client asked for (0 means for ever)."""
    stall_seconds: float = 10.0
    """How long a client may leave the broker's answers unread; for the platform, all that it is sent."""
    close_seconds: float = 1.0
    """How long the last answer may take to leave before the connection is cut."""
    settle_seconds: float = 2.0
    """How long a revoke waits until the platform has taken what the login sent before."""

    packets_per_second: float = 2000.0
    packets_burst: float = 4000.0
    bytes_per_second: float = 8.0 * 1024 * 1024
    bytes_burst: float = 8.0 * 1024 * 1024

    subscriptions: int = 100
    """Filters of one login."""
    outgoing_bytes: int = 4 * 1024 * 1024
    outgoing_messages: int = 5000
    """What waits for one client: bytes it has not read, QoS 1 messages it has not acknowledged."""
    trusted_factor: int = 8
    """A trusted login is cut off at this many times as much; at once as much, its publishers are slowed."""
