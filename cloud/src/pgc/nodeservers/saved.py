"""What a frame changes in the data that a NodeServer keeps: a function from the old state to the new one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from pgc.nodeservers.errors import Refused
from pgc.storage.records import Saved
from pgc_interface import wire

LARGEST_MAP = 512 * 1024
"""Bytes of JSON in one saved map."""
_SHORTEST_POLL, _LONGEST_POLL = 1, 7 * 24 * 3600


def apply(saved: Saved, frame: wire.Upstream) -> Saved:
    """The state after `frame`; the very same object when the frame saves nothing.

    Raises:
        Refused: a map would grow too large, or a poll is no number of seconds. Nothing of the frame is applied.
    """
    for key, change in _CHANGES.items():
        body = getattr(frame, key)
        if body is not None:
            saved = change(saved, body)
    return saved


def _with_params(saved: Saved, params: Mapping[str, Any]) -> Saved:
    return replace(saved, params=_bounded("params", params), params_revision=saved.params_revision + 1)


def _with_data(saved: Saved, data: Mapping[str, Any]) -> Saved:
    return replace(saved, data=_bounded("customData", data), data_revision=saved.data_revision + 1)


def _with_typed_data(saved: Saved, data: Mapping[str, Any]) -> Saved:
    return replace(saved, typed_data=_bounded("typed params", data), params_revision=saved.params_revision + 1)


def _with_notices(saved: Saved, notices: Mapping[str, Any]) -> Saved:
    texts = {str(key): str(text) for key, text in notices.items()}
    return replace(saved, notices=_bounded("notices", texts), notices_revision=saved.notices_revision + 1)


def _with_polls(saved: Saved, polls: wire.Polls) -> Saved:
    return replace(
        saved,
        short_poll=_seconds("shortPoll", polls.shortPoll, saved.short_poll),
        long_poll=_seconds("longPoll", polls.longPoll, saved.long_poll),
    )


def _patched(current: Mapping[str, Any], patch: wire.Patch) -> dict[str, Any]:
    merged = {**current, **patch.set}
    return {key: value for key, value in merged.items() if key not in patch.unset}


def _bounded(what: str, content: Mapping[str, Any]) -> dict[str, Any]:
    size = len(msgspec.json.encode(content))
    if size > LARGEST_MAP:
        raise Refused(f"{what} would hold {size} bytes; at most {LARGEST_MAP} can be saved")
    return dict(content)


def _seconds(name: str, given: object, current: int) -> int:
    if given is None:
        return current
    try:
        seconds = int(float(str(given)))
    except (ValueError, OverflowError) as error:
        raise Refused(f"{name} must be a number of seconds, not {given!r}") from error
    return min(max(seconds, _SHORTEST_POLL), _LONGEST_POLL)


_CHANGES: dict[str, Callable[[Saved, Any], Saved]] = {
    "customdata": _with_data,
    "customparams": _with_params,
    "notices": _with_notices,
    "patchparams": lambda saved, patch: _with_params(saved, _patched(saved.params, patch)),
    "patchnotices": lambda saved, patch: _with_notices(saved, _patched(saved.notices, patch)),
    "patchtyped": lambda saved, patch: _with_typed_data(saved, _patched(saved.typed_data, patch)),
    "customparamsdoc": lambda saved, text: replace(saved, params_doc=text),
    "typedparams": lambda saved, definitions: replace(saved, typed_params=definitions),
    "typedcustomdata": _with_typed_data,
    "addnotice": lambda saved, notice: _with_notices(saved, {**saved.notices, notice.key: notice.value}),
    "removenotice": lambda saved, ref: _with_notices(saved, _patched(saved.notices, wire.Patch(unset=[ref.key]))),
    "polls": _with_polls,
}
