"""Who the ISY says it is."""

import secrets
from dataclasses import dataclass, field


def fresh_uuid() -> str:
    """A MAC address in the range of real controllers, with a random tail."""
    tail = secrets.token_hex(3)
    return f"00:21:b9:{tail[:2]}:{tail[2:4]}:{tail[4:]}"


@dataclass(slots=True)
class Identity:
    """Model and firmware may change while it runs, as by an update."""

    uuid: str = field(default_factory=fresh_uuid)
    name: str = "Simulated ISY"
    model: str = "ISY 994i 1024"
    model_id: int = 1120
    platform: str = "ISY-C-994"
    firmware: str = "5.3.4"
