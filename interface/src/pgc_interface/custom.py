"""What the platform keeps for the NodeServer: params, notices and data, as changes that cannot undo each other.

Params and notices travel as patches. A change shows in the local config at once and stays there: it is applied again
to every config that comes, until one says that it holds it. A whole map is sent as its difference from the one that
the caller last saw, so that what others have changed meanwhile is left alone.
"""

from __future__ import annotations

import threading
from copy import deepcopy
from typing import Any, Callable, Dict, NamedTuple, Protocol

import msgspec

from .durable import Answer
from .seen import LiveConfig, Seen
from .wire import WireError, encode

Map = Dict[str, Any]
PATCHED = {"customParams": "patchparams", "notices": "patchnotices"}
"""The maps in the config that are patched, and the message that does it."""
DATA = "customData"
REVISIONS = {"customParams": "params", "notices": "notices", DATA: "data"}


class _Edit(NamedTuple):
    seq: int
    name: str
    whole: Map | None
    changed: Map
    gone: list[str]

    def apply(self, current: Map) -> Map:
        """With copies of what it sets: NodeServers change in place what they read, and it may be applied again."""
        if self.whole is not None:
            return deepcopy(self.whole)
        gone = set(self.gone)
        return {key: value for key, value in {**current, **deepcopy(self.changed)}.items() if key not in gone}


class Send(Protocol):
    """Keeps and sends one durable message, and gives its `seq`; `answer` is what the platform then says to it."""

    def __call__(self, message: Map, *, answer: Answer | None = None) -> int: ...


class SavedData:
    """The live config, and the way of changing what in it is the NodeServer's own.

    `settled` is the last `seq` that is answered: it counts for configs that do not say what they hold.
    """

    def __init__(self, config: Map, send: Send, settled: Callable[[], int]) -> None:
        self._lock = threading.RLock()
        self._send = send
        self._settled = settled
        self._edits: list[_Edit] = []
        self._known: dict[str, Map] = {}
        """Each map as the platform will have it, apart from what NodeServers change in place."""
        self._seen = Seen({name: config[name] for name in REVISIONS if isinstance(config.get(name), dict)})
        self.config: Map = {}
        self.adopt(config)

    def adopt(self, came: Map) -> Map:
        """Take a config that came, whole or in part, with the changes that it may not hold; the new live config."""
        with self._lock:
            held = _revision(came, "seq", self._settled())
            self._edits = [edit for edit in self._edits if edit.seq > held]
            config = {**self.config, **came}
            config.update((name, self._newest(name, came)) for name in REVISIONS)
            config["rev"] = self._revisions(came)
            for edit in self._edits:
                config[edit.name] = edit.apply(config[edit.name])
            self._known = {name: deepcopy(config[name]) for name in REVISIONS}
            self.config = LiveConfig(config, self._known, self._seen)
            return self.config

    def current(self, name: str) -> Map:
        """The live map, without noting that it was read."""
        live: Map = dict.__getitem__(self.config, name)
        return live

    def patch(self, name: str, changed: Map, gone: list[str], **more: Map) -> None:
        """Set some keys of a map and remove others; `more` is what else the patch says."""
        with self._lock:
            changed = _plain(changed)
            seq = self._send({PATCHED[name]: {"set": changed, "unset": gone, **more}})
            self._record(_Edit(seq, name, None, changed, gone))

    def replace(self, name: str, wanted: Map) -> None:
        """Save a whole map as its difference from the one that the caller last saw."""
        with self._lock:
            wanted, seen = _plain(wanted), self._seen.last(name)
            changed = {key: value for key, value in wanted.items() if key not in seen or seen[key] != value}
            self.patch(name, changed, [key for key in seen if key not in wanted])
            self._seen.note(name, wanted)

    def save_data(self, data: Map, answer: Answer | None = None) -> None:
        with self._lock:
            data = _plain(data)
            self._record(_Edit(self._send({"customdata": data}, answer=answer), DATA, data, {}, []))

    def _record(self, edit: _Edit) -> None:
        self._edits.append(edit)
        self._known[edit.name] = edit.apply(self._known[edit.name])
        self.config[edit.name] = edit.apply(self.current(edit.name))

    def _newest(self, name: str, config: Map) -> Map:
        """The map of this config, unless it has none or a newer one came before it."""
        came, latest = config.get(name), _revision(self.config, REVISIONS[name])
        if name in self._known and (came is None or _revision(config, REVISIONS[name], latest) < latest):
            return dict(self._known[name])
        return dict(came) if isinstance(came, dict) else {}

    def _revisions(self, config: Map) -> Map:
        latest = {name: _revision(self.config, name) for name in REVISIONS.values()}
        return {name: max(number, _revision(config, name)) for name, number in latest.items()}


def _revision(config: Map, name: str, otherwise: int = 0) -> int:
    revisions = config.get("rev")
    found = revisions.get(name) if isinstance(revisions, dict) else None
    return found if isinstance(found, int) else otherwise


def _plain(data: Map) -> Map:
    """A copy as it would come back from the platform: keys are text, tuples are lists.

    Raises:
        WireError: it is no map of JSON types.
    """
    copy = msgspec.json.decode(encode(data))
    if not isinstance(copy, dict):
        raise WireError("is not a map")
    return copy
