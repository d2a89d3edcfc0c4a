"""Typed params as a NodeServer's handlers get them: all that it defined, with defaults where the owner set nothing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Callable, Dict, Mapping

from .rules import typed
from .rules.errors import BadSave

Values = Dict[str, Any]


def typed_values(config: Mapping[str, Any]) -> Values:
    """{name: value} of a config; a copy. Definitions that the platform refuses have no defaults."""
    values = config.get("typedCustomData") or {}
    try:
        return deepcopy(typed.complete(typed.definitions(config.get("typedParams") or []), values))
    except BadSave:
        return deepcopy(values)


class TypedObserver:
    """An observer of configs that calls another with the typed params, at first and when one has changed."""

    def __init__(self, callback: Callable[[Values], Any]) -> None:
        self._callback = callback
        self._told: Values = {}

    def __call__(self, config: Mapping[str, Any]) -> None:
        values = typed_values(config)
        if values != self._told:
            self._told = deepcopy(values)
            self._callback(values)
