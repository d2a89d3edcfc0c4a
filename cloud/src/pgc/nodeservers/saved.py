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
LARGEST_STATE = 768 * 1024
"""Bytes of JSON in all that is saved: together with the nodes it must fit into one `config`."""
DEEPEST = wire.MAX_DEPTH
"""Levels of lists and maps in each other; far deeper ones could be saved and never be read again."""
_SHORTEST_POLL, _LONGEST_POLL = 1, 7 * 24 * 3600


def apply(saved: Saved, frame: wire.Upstream) -> Saved:
    """The state after `frame`; the very same object when the frame saves nothing.

    Raises:
        Refused: something would grow too large, or a poll is no number of seconds. Nothing of the frame is applied.
    """
    new = saved
    for key, change in _CHANGES.items():
        body = getattr(frame, key)
        if body is not None:
            new = change(new, body)
    if new is not saved:
        _check_size("all that is saved", new, LARGEST_STATE)
    return new


def _with_params(saved: Saved, params: Mapping[str, Any]) -> Saved:
    return replace(saved, params=_bounded("params", params), params_revision=saved.params_revision + 1)


def _with_data(saved: Saved, data: Mapping[str, Any]) -> Saved:
    return replace(saved, data=_bounded("customData", data), data_revision=saved.data_revision + 1)


def _with_typed_data(saved: Saved, data: Mapping[str, Any]) -> Saved:
    return replace(saved, typed_data=_bounded("typed params", data), params_revision=saved.params_revision + 1)


def _with_notices(saved: Saved, notices: Mapping[str, Any]) -> Saved:
    texts = {str(key): str(text) for key, text in notices.items()}
    return replace(saved, notices=_bounded("notices", texts), notices_revision=saved.notices_revision + 1)


def _with_definitions(saved: Saved, definitions: list[Any]) -> Saved:
    _check("typed params' definitions", definitions)
    return replace(saved, typed_params=definitions)


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
    _check(what, content)
    return dict(content)


def _check(what: str, content: object) -> None:
    if _is_deeper(content, DEEPEST):
        raise Refused(f"{what} would hold lists or maps nested more than {DEEPEST} levels deep")
    _check_size(what, content, LARGEST_MAP)


def _check_size(what: str, content: object, largest: int) -> None:
    size = len(msgspec.json.encode(content))
    if size > largest:
        raise Refused(f"{what} would hold {size} bytes; at most {largest} can be saved")


def _is_deeper(content: object, levels: int) -> bool:
    if not isinstance(content, dict | list):
        return False
    inner = content.values() if isinstance(content, dict) else content
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inner)


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
    "typedparams": _with_definitions,
    "typedcustomdata": _with_typed_data,
    "addnotice": lambda saved, notice: _with_notices(saved, {**saved.notices, notice.key: notice.value}),
    "removenotice": lambda saved, ref: _with_notices(saved, _patched(saved.notices, wire.Patch(unset=[ref.key]))),
    "polls": _with_polls,
}
