"""The SDKs that NodeServers were written for; each run is started in one of them, and can import that one only.

`pgc` is the package itself. The module of another dialect shapes what the package does, and is made importable
under the name that its NodeServers know.
"""

from __future__ import annotations

import sys
from enum import Enum


class Dialect(str, Enum):
    PGC = "pgc"
    """Polyglot Cloud: ``import pgc_interface``; nodes and drivers are maps."""
    POLYINTERFACE = "polyinterface"
    """Polyglot 2, on premises: ``import polyinterface``; nodes and drivers are lists."""
    ORIGINAL = "original"
    """None of ours: the NodeServer brings the client library that it was written for, as it was published."""

    __str__ = str.__str__


def enter(dialect: str) -> None:
    """Start to speak a dialect, for the rest of this process.

    Raises:
        ValueError: there is no such, or nothing of ours to speak it with.
    """
    if Dialect(dialect) is Dialect.ORIGINAL:
        raise ValueError(f"in the dialect {dialect!r} a NodeServer brings an SDK of its own, not this one")
    if Dialect(dialect) is not Dialect.POLYINTERFACE:
        return
    from . import polyinterface

    for name in ("polyinterface", "polyinterface.polyinterface"):
        sys.modules[name] = polyinterface
    sys.modules["polyinterface.polylogger"] = polyinterface.polylogger
    polyinterface.init_interface()
