"""What every message is made of: bounds, bounded types, and the shapes that both ways share."""

from typing import Any, Dict, Optional, Union

from msgspec import Meta, Struct

try:
    from typing import Annotated
except ImportError:  # Python 3.8
    from typing_extensions import Annotated

MAX_FRAME = 1024 * 1024
"""Bytes in one frame, and so in one MQTT payload; what is larger is refused by the broker."""
MAX_PROFILE_FILE = 700 * 1024
"""Bytes in one profile file before base64."""
MAX_DEPTH = 100
"""Levels of maps and lists in one frame."""
MAX_BATCH = 1000
"""Messages of one kind in one batch."""
MAX_NOTICES = 200
"""Of one NodeServer."""
MAX_UNANSWERED = 64
"""Frames of the durable lane that a run has on the wire before the platform answers."""

Address = Annotated[str, Meta(min_length=1, max_length=64)]
"""A node's address without the slot's prefix. The ISY takes 14 characters; longer ones are refused with a reason."""
DriverName = Annotated[str, Meta(min_length=1, max_length=32)]
CommandName = Annotated[str, Meta(min_length=1, max_length=64)]
Key = Annotated[str, Meta(min_length=1, max_length=256)]
Text = Annotated[str, Meta(max_length=4096)]
LongText = Annotated[str, Meta(max_length=256 * 1024)]
Scalar = Union[bool, int, float, Annotated[str, Meta(max_length=512)]]
"""A value as NodeServers send it: a number, a flag or text that holds one."""
Mapped = Annotated[Dict[str, Any], Meta(max_length=10_000)]
Notices = Annotated[Dict[Key, LongText], Meta(max_length=MAX_NOTICES)]
Seconds = Annotated[float, Meta(gt=0, le=366 * 24 * 3600)]


class WireError(ValueError):
    """A frame that is not what the protocol allows; the text says what is wrong and where in the frame."""


class Message(Struct, omit_defaults=True, kw_only=True):
    """The base of all: fields at their defaults are not sent."""


class DriverValue(Message, omit_defaults=False):
    value: Optional[Scalar] = None
    uom: Scalar = 56


class NodeRef(Message):
    address: Address


class Polls(Message):
    """Seconds between polls; NodeServers send numbers or digits in a string."""

    shortPoll: Optional[Scalar] = None
    longPoll: Optional[Scalar] = None
