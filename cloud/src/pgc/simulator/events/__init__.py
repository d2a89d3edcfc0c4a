"""What subscribers hear: changes told as an ISY's events, with the latest of each for those who come later."""

from pgc.simulator.events.events import HEARTBEAT, Events
from pgc.simulator.events.subscription import Subscription

__all__ = ["HEARTBEAT", "Events", "Subscription"]
