"""The shapes in which NodeServers name their notices, and what these mean: always a map of key to text."""

from __future__ import annotations

from typing import Any, Mapping

LONGEST_KEY = 256


def key_of(text: str) -> str:
    """The key of a notice that was given none: its text stands for itself, so the same one is shown once."""
    return text[:LONGEST_KEY] or "-"


def as_map(notices: Any, key: Any = None) -> dict[str, str]:
    """{key: text} of what NodeServers pass: that, or {key, value} as PG2's did, or a list of texts, or a text."""
    if isinstance(notices, Mapping):
        if set(notices) == {"key", "value"}:
            return as_map(notices["value"], notices["key"])
        return {str(name): str(text) for name, text in notices.items()}
    if isinstance(notices, (list, tuple)):
        return {name: text for entry in notices for name, text in as_map(entry).items()}
    text = str(notices)
    return {key_of(text) if key is None else str(key): text}


def find(notices: Mapping[str, str], which: Any) -> str | None:
    """The key of the notice that is meant: by its key, by its place in their order, or by its text."""
    if str(which) in notices:
        return str(which)
    if isinstance(which, int):
        return list(notices)[which] if 0 <= which < len(notices) else None
    return next((key for key, text in notices.items() if text == which), None)
