"""What Python said at the end of a run: the exception that ended it, and where in the NodeServer's own code it was."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BEGIN = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)')
_ERROR = re.compile(r"(?P<kind>[A-Za-z_][\w.]*)(: (?P<message>.*))?$")
_OF_GROUPS = re.compile(r"^[\s|+-]+")
_WORDS_AFTER = 5
"""Lines that may still follow the exception which ended a program; one further back was not the end of it."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Trace:
    """`kind` is the exception's name without its module; `place` is ``file.py:12``, empty if none of its own code is
    to blame."""

    kind: str
    message: str
    place: str

    @property
    def text(self) -> str:
        said = f"{self.kind}: {self.message}" if self.message else self.kind
        return f"{said}, in {self.place}" if self.place else said


def last_trace(said: Sequence[str], run: str) -> Trace | None:
    """The exception that these last lines end with, if they do; `run` is the id of the run that said them."""
    begin = next((number for number in reversed(range(len(said))) if said[number].strip() == _BEGIN), None)
    if begin is None:
        return None
    for number in range(begin + 1, len(said)):
        error = _ERROR.match(_OF_GROUPS.sub("", said[number])) if not said[number].startswith(" ") else None
        if error:
            late = len(said) - number - 1 > _WORDS_AFTER
            return None if late else _trace(error, said[begin:number], run)
    return None


def _trace(error: re.Match[str], frames: Sequence[str], run: str) -> Trace:
    own = f"/{run}/app/"
    places = [
        f"{found['path'].partition(own)[2]}:{found['line']}"
        for found in map(_FRAME.match, frames)
        if found and own in found["path"]
    ]
    kind, message = error["kind"].rpartition(".")[2][:_LONGEST], (error["message"] or "")[:_LONGEST]
    return Trace(kind, message, places[-1][:_LONGEST] if places else "")
