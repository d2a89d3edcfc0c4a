"""What the platform keeps for the NodeServer: params, notices and data, as changes that cannot undo each other.

Params and notices travel as patches. A change shows in the local config at once and stays there: while the
platform has not answered it, it is applied again to every config that comes, since that may be older.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, NamedTuple

import msgspec

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
        if self.whole is not None:
            return dict(self.whole)
        return {key: value for key, value in {**current, **self.changed}.items() if key not in self.gone}


class SavedData:
    """The live config, and the way of changing what in it is the NodeServer's own.

    `send` keeps and sends one durable message and gives its `seq`; `settled` is the last `seq` that is answered.
    """

    def __init__(self, config: Map, send: Callable[[Map], int], settled: Callable[[], int]) -> None:
        self._lock = threading.RLock()
        self._send = send
        self._settled = settled
        self._edits: list[_Edit] = []
        self._known: dict[str, Map] = {}
        """Each map as the platform will have it, apart from what NodeServers change in place."""
        self.config: Map = {}
        self.adopt(config)

    def adopt(self, config: Map) -> Map:
        """Take a config that came, with the changes that it may not know yet; the new live config."""
        with self._lock:
            settled = self._settled()
            self._edits = [edit for edit in self._edits if edit.seq > settled]
            config = {**config, **{name: self._newest(name, config) for name in REVISIONS}}
            for edit in self._edits:
                config[edit.name] = edit.apply(config[edit.name])
            self._known = {name: _plain(config[name]) for name in REVISIONS}
            self.config = config
        return config

    def patch(self, name: str, changed: Map, gone: list[str]) -> None:
        """Set some keys of a map and remove others."""
        with self._lock:
            changed = _plain(changed)
            seq = self._send({PATCHED[name]: {"set": changed, "unset": gone}})
            self._record(_Edit(seq, name, None, changed, gone))

    def replace(self, name: str, wanted: Map) -> None:
        """Save a whole map as its difference from the one that the caller last saw."""
        with self._lock:
            wanted, known = _plain(wanted), self._known[name]
            changed = {key: value for key, value in wanted.items() if key not in known or known[key] != value}
            self.patch(name, changed, [key for key in known if key not in wanted])
            self.config[name] = wanted

    def save_data(self, data: Map) -> None:
        with self._lock:
            data = _plain(data)
            self._record(_Edit(self._send({"customdata": data}), DATA, data, {}, []))

    def _record(self, edit: _Edit) -> None:
        self._edits.append(edit)
        self._known[edit.name] = _plain(edit.apply(self._known[edit.name]))
        self.config[edit.name] = edit.apply(self.config[edit.name])

    def _newest(self, name: str, config: Map) -> Map:
        """The map of this config, unless a newer one came before it."""
        came = config.get(name)
        if name in self._known and (came is None or _revision(config, name) < _revision(self.config, name)):
            return dict(self._known[name])
        return dict(came) if isinstance(came, dict) else {}


def _revision(config: Map, name: str) -> int:
    revisions = config.get("rev")
    found = revisions.get(REVISIONS[name]) if isinstance(revisions, dict) else None
    return found if isinstance(found, int) else 0


def _plain(data: Map) -> Map:
    """A copy as it would come back from the platform: keys are text, tuples are lists.

    Raises:
        WireError: it is no map of JSON types.
    """
    copy = msgspec.json.decode(encode(data))
    if not isinstance(copy, dict):
        raise WireError("is not a map")
    return copy
