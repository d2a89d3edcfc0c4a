"""The Interface's doors to what the platform keeps: params, typed params, notices and data."""

from __future__ import annotations

import logging
from typing import Any, Callable, Mapping

from .custom import SavedData
from .durable import Answer
from .errors import NotSaved
from .rules import notices
from .typedparams import typed_values
from .wire import WireError

logger = logging.getLogger(__name__)

SAVE_TIMEOUT = 30.0
"""Seconds that a save is waited for, if nothing else is said."""


class Saves:
    """What of an Interface saves. It returns at once where nothing else is said; what fails is in the log."""

    _saved: SavedData

    def saveCustomData(self, data: Any, wait: bool = False, timeout: float = SAVE_TIMEOUT) -> None:
        """Have the platform keep this map of JSON types in place of the one before.

        With `wait` it returns once that is on the platform's disk. It may be called from anywhere, handlers included;
        what comes for the NodeServer waits meanwhile, if a handler does. (The original could not wait.)

        Raises:
            NotSaved: only with `wait`: it was refused, or not confirmed within `timeout` seconds.
        """
        if wait:
            self._save_and_wait(data, timeout)
        else:
            self._save("customData", self._saved.save_data, data)

    def saveCustomParams(self, data: Any) -> None:
        """Save the params as a whole. What differs from the params that this thread has read last is sent, so what the
        owner or another thread has changed since stays. (The original sent all, and undid such changes.)"""
        self._save("customParams", self._saved.replace, "customParams", data)

    def saveNotices(self, data: Any) -> None:
        """Save the notices as a whole, as :meth:`saveCustomParams` does: {key: html}, a list of texts, or one text."""
        self._save("notices", self._saved.replace, "notices", notices.as_map(data))

    def patch(self, name: str, changed: dict[str, Any], gone: list[str], **more: dict[str, Any]) -> None:
        """Set and remove single params or notices; of notices, `seconds` says how long: {key: seconds}."""
        self._save(name, self._saved.patch, name, changed, gone, **more)

    def saved_map(self, name: str) -> dict[str, Any]:
        """The saved map as it is in the config, for a look at single keys: that is not to have seen all of it."""
        return self._saved.current(name)

    def typed_params(self) -> dict[str, Any]:
        """A copy of all typed params, {name: value}: what the owner set, else the defaults."""
        return typed_values(self._saved.config)

    def _save(self, name: str, save: Callable[..., None], *arguments: Any, **more: Mapping[str, Any]) -> None:
        try:
            save(*arguments, **more)
        except WireError as error:
            logger.error("%s was not saved: it %s.", name, error)

    def _save_and_wait(self, data: Any, timeout: float) -> None:
        answer = Answer()
        try:
            self._saved.save_data(data, answer)
        except WireError as error:
            raise NotSaved(f"customData was not saved: it {error}.") from error
        if not answer.wait(timeout):
            raise NotSaved(f"customData was not confirmed within {timeout:g} seconds; it is kept and sent again.")
        if answer.reason is not None:
            raise NotSaved(f"customData was not saved: {answer.reason}.")
