"""What isolation is made of on this machine, for people: each part with its reason, and what to do about a gap."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgc.sandbox.contract import NETWORK, Fact

if TYPE_CHECKING:
    from pgc.sandbox.bubblewrap import Bubblewrap

_BOUNDED = {"memory": "memory", "pids": "processes", "cpu": "processor time"}
_DELEGATE = "run the platform as a systemd service with Delegate=yes"


@dataclass(frozen=True, slots=True)
class Found:
    """`whole` is what was tried first, `left` what works, `complaint` what the first one failed with."""

    whole: "Bubblewrap"
    left: "Bubblewrap"
    complaint: str


def tell(found: Found) -> Sequence[Fact]:
    return (
        Fact("namespaces", True, "users, processes and files of its own; the system is read-only"),
        _network(found),
        _filter(found),
        _limits(found),
        _user(),
    )


def _network(found: Found) -> Fact:
    if found.left.slirp is not None:
        return Fact(NETWORK, True, "its own, with a way to the internet by slirp4netns")
    if found.whole.slirp is None:
        remedy = "install slirp4netns (Debian, Ubuntu: sudo apt install slirp4netns)"
        return Fact(NETWORK, False, f"it is shared with this machine: {remedy}", remedy)
    reason = f"it is shared with this machine: slirp4netns does not work here ({found.complaint})"
    return Fact(NETWORK, False, reason, "make /dev/net/tun usable for the user of the platform")


def _filter(found: Found) -> Fact:
    if found.left.filtered:
        return Fact("system calls", True, "those that programs break out with are refused")
    return Fact("system calls", False, f"they are not filtered on {os.uname().machine}")


def _limits(found: Found) -> Fact:
    bounded = found.left.cgroups.controllers
    lacking = [what for name, what in _BOUNDED.items() if name not in bounded and not _is_bounded_otherwise(name)]
    if not lacking:
        return Fact("limits", True, "memory, processes and processor time are bounded by control groups")
    return Fact("limits", False, "; ".join(_unbounded(found, lacking)), _DELEGATE)


def _unbounded(found: Found, lacking: list[str]) -> Iterator[str]:
    yield f"no control groups bound {' and '.join(lacking)}"
    if found.whole.cgroups.controllers - found.left.cgroups.controllers:
        yield f"they do not work here ({found.complaint})"
    if "processes" in lacking and os.geteuid() == 0:
        yield "as root the platform has no other way to bound processes"


def _is_bounded_otherwise(controller: str) -> bool:
    """The kernel counts the processes of all users but root."""
    return controller == "pids" and os.geteuid() != 0


def _user() -> Fact:
    if os.geteuid() == 0:
        return Fact("user", False, "the platform runs as root, an ordinary user is safer", "run it as an ordinary user")
    return Fact("user", True, "the platform is an ordinary user")
