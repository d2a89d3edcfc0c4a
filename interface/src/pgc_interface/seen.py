"""What of the saved maps each thread has read last, since a whole map that it saves was made from that."""

from __future__ import annotations

import threading
from typing import Any, Dict, Mapping

Map = Dict[str, Any]


class Seen:
    """`first` is what everyone has seen: the maps at the start."""

    def __init__(self, first: Mapping[str, Map]) -> None:
        self._first = first
        self._latest: dict[str, Map] = {}
        self._threads = threading.local()

    def note(self, name: str, content: Map) -> None:
        """This thread has read the map as it was then; `content` is never changed."""
        vars(self._threads)[name] = self._latest[name] = content

    def last(self, name: str) -> Map:
        """What this thread has read last; where it never has, it got that from another one."""
        own: Mapping[str, Map] = vars(self._threads)
        return next((maps[name] for maps in (own, self._latest, self._first) if name in maps), {})


class LiveConfig(Dict[str, Any]):
    """A config that notes who reads a saved map in it; a copy is a plain dict.

    `known` holds these maps as the platform has or will have them, apart from what NodeServers change in place.
    """

    def __init__(self, content: Map, known: dict[str, Map], seen: Seen) -> None:
        super().__init__(content)
        self._known = known
        self._seen = seen

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def items(self) -> Any:
        self._note(*self._known)
        return super().items()

    def values(self) -> Any:
        self._note(*self._known)
        return super().values()

    def copy(self) -> Map:
        return dict(self.items())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (self.copy(),)

    def _note(self, *keys: str) -> None:
        for key in keys:
            if key in self._known:
                self._seen.note(key, self._known[key])
