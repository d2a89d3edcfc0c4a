"""Why a run ended, in words for people, and what may help against it."""

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pgc.bundles.requirements import Requirements
from pgc.nodeservers.older_pythons import older_python_for
from pgc.nodeservers.traces import Trace, last_trace
from pgc.workers.runtime import Exit

_LONGEST = 300
_MODULE = re.compile(r"No module named '(?P<name>[^'.]+)")
_ERRNO = re.compile(r"\[Errno (?P<number>\d+)\]")
_OUT_OF_MEMORY = "it may need less of it, or be given more; a leak shows as memory that only grows"
_ELSEWHERE = "somebody, or something, on the platform's machine sent it: the platform did not"

_SIGNALS: dict[int, str] = {
    signal.SIGKILL: f"{_ELSEWHERE}; the system does so when the whole machine is out of memory",
    signal.SIGTERM: _ELSEWHERE,
    signal.SIGINT: _ELSEWHERE,
    signal.SIGHUP: _ELSEWHERE,
    signal.SIGXFSZ: "it wrote a file that is larger than a NodeServer's may be",
    signal.SIGXCPU: "it used more processor time than it may",
    signal.SIGSYS: "it asked the system for something that is forbidden in its sandbox",
    **dict.fromkeys(
        (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT),
        "compiled code broke down, its own or that of a package: try another version of what was changed last",
    ),
}
_KINDS = {
    "MemoryError": _OUT_OF_MEMORY,
    **dict.fromkeys(
        ("SyntaxError", "IndentationError", "TabError"),
        "the line is not valid in the Python that it is run on: mend it, or choose another Python",
    ),
    "ImportError": "the package that it imports from is there in a version without that: ask for another version",
    "gaierror": "a name could not be looked up: is the network there, and the name right?",
    "ConnectionRefusedError": "what it connects to does not listen there",
}
_ERRNOS = {
    11: "it has as many processes and threads as a NodeServer may have",
    13: "it may write in its own folder only: a path without / at its beginning leads there",
    24: "it has as many files and connections open as a NodeServer may have",
    28: "it has written as much as a NodeServer may, or the disk of the platform is full",
    30: "it may write in its own folder only: a path without / at its beginning leads there",
    98: "the port is taken: by another program of the platform's machine, or by itself, if it listens twice",
    101: "it has no network, or none that leads there",
}
"""By the system's numbers."""


@dataclass(frozen=True, slots=True)
class Ending:
    """`hint` is empty where nothing is known to help."""

    reason: str
    hint: str = ""


def explain(exit_: Exit, said: Sequence[str], run: str, requirements: Requirements | None = None) -> Ending:
    """Why a run that ended by itself did so. `said`: its last lines on stderr; `requirements`: those of its bundle."""
    trace = last_trace(said, run)
    if exit_.ended_for:
        return Ending(f"the platform ended it because {exit_.ended_for}")
    if exit_.out_of_memory:
        return Ending("it ran out of memory: it used more than it may have, and was killed for that", _OUT_OF_MEMORY)
    if trace is not None and trace.kind == "MemoryError":
        where = f" in {trace.place}" if trace.place else ""
        return Ending(f"it ran out of memory{where} (MemoryError, {exit_.text})", _OUT_OF_MEMORY)
    if exit_.signal is not None:
        return Ending(f"it ended by itself: {exit_.text}", _SIGNALS.get(exit_.signal, ""))
    if exit_.code is None:
        return Ending(f"it ended by itself: {exit_.text}", "the platform's own log may tell more")
    words = trace.text if trace else _last_line(said)
    reason = f"it ended by itself with {exit_.text}{f' ({words})' if words else ''}"
    return Ending(reason, _hint(trace, requirements) if trace else "")


def _hint(trace: Trace, requirements: Requirements | None) -> str:
    if older := older_python_for(trace.message):
        return older
    missing = _MODULE.match(trace.message)
    if missing and trace.kind in {"ModuleNotFoundError", "ImportError"}:
        return _of_missing(missing["name"], requirements)
    errno = _ERRNO.match(trace.message)
    found = _ERRNOS.get(int(errno["number"]), "") if errno else ""
    if not found and "can't start new thread" in trace.message:
        found = _ERRNOS[11]
    return found or _KINDS.get(trace.kind, "")


def _of_missing(name: str, requirements: Requirements | None) -> str:
    if requirements is None:
        return f"{name} is installed for nobody: list it, by the name it has on PyPI, in a file requirements.txt"
    if any(canonicalize_name(_name(wanted)) == canonicalize_name(name) for wanted in requirements.wanted):
        return f"{requirements.file} lists {name}, but what was installed has no module of that name: install it again"
    return f"{name} is not in {requirements.file}: add it there, by the name it has on PyPI, and install it again"


def _name(wanted: str) -> str:
    try:
        return Requirement(wanted).name
    except InvalidRequirement:
        return wanted


def _last_line(said: Sequence[str]) -> str:
    return next((line.strip()[:_LONGEST] for line in reversed(said) if line.strip()), "")
