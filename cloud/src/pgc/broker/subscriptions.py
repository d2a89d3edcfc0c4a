"""Who subscribed to what: a tree with one level of the topic at each depth.

amqtt keeps a flat list and compares each message with every filter of every client; with one filter a run that
grows with the number of runs, here only with the depth of the topic.
"""

from typing import Generic, TypeVar

S = TypeVar("S")


class _Level(Generic[S]):
    __slots__ = ("below", "here")

    def __init__(self) -> None:
        self.below: dict[str, _Level[S]] = {}
        self.here: dict[S, int] = {}


class Subscriptions(Generic[S]):
    """Filters of subscribers, each with the QoS it was granted. Filters are legal ones, checked before."""

    def __init__(self) -> None:
        self._root: _Level[S] = _Level()
        self._filters: dict[S, set[str]] = {}

    def of(self, subscriber: S) -> frozenset[str]:
        return frozenset(self._filters.get(subscriber, ()))

    def add(self, subscriber: S, filter_: str, qos: int) -> None:
        level = self._root
        for word in filter_.split("/"):
            level = level.below.setdefault(word, _Level())
        level.here[subscriber] = qos
        self._filters.setdefault(subscriber, set()).add(filter_)

    def remove(self, subscriber: S, filter_: str) -> None:
        if filter_ in self._filters.get(subscriber, ()):
            self._filters[subscriber].remove(filter_)
            _prune(self._root, filter_.split("/"), subscriber)

    def forget(self, subscriber: S) -> None:
        for filter_ in self.of(subscriber):
            self.remove(subscriber, filter_)
        self._filters.pop(subscriber, None)

    def match(self, topic: str) -> dict[S, int]:
        """Everyone whose filter matches, once, with the highest QoS that one of its filters was granted."""
        found: dict[S, int] = {}
        _collect(self._root, topic.split("/"), 0, found)
        return found


def _collect(level: _Level[S], words: list[str], depth: int, found: dict[S, int]) -> None:
    if rest := level.below.get("#"):
        _merge(rest, found)
    if depth == len(words):
        _merge(level, found)
        return
    for word in (words[depth], "+"):
        if below := level.below.get(word):
            _collect(below, words, depth + 1, found)


def _merge(level: _Level[S], found: dict[S, int]) -> None:
    for subscriber, qos in level.here.items():
        found[subscriber] = max(qos, found.get(subscriber, 0))


def _prune(level: _Level[S], words: list[str], subscriber: S) -> None:
    """Takes the subscriber from the end of the path, and levels that nobody uses any more from the tree."""
    if not words:
        level.here.pop(subscriber, None)
        return
    below = level.below[words[0]]
    _prune(below, words[1:], subscriber)
    if not below.here and not below.below:
        del level.below[words[0]]
