"""What a frame changes in the data that a NodeServer keeps: a function from the old state to the new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Iterable, Mapping

import msgspec

from pgc_interface import wire

from . import notices, typed
from .errors import BadSave
from .state import LEVELS, Saved

LARGEST_MAP = 512 * 1024
"""Bytes of JSON in one saved map."""
LARGEST_STATE = 768 * 1024
"""Bytes of JSON in all that is saved: together with the nodes it must fit into one `config`."""
DEEPEST = wire.MAX_DEPTH
"""Levels of lists and maps in each other; far deeper ones could be saved and never be read again."""
SHORTEST_POLL, LONGEST_POLL = 1, 7 * 24 * 3600
"""Seconds."""


def apply(saved: Saved, frame: wire.Upstream, now: int) -> Saved:
    """The state after `frame`, which came `now` (Unix milliseconds); the very same object when it saves nothing.

    Raises:
        BadSave: something would grow too large, or a poll is no number of seconds. Nothing of the frame is applied.
    """
    new = saved
    for key, change in _CHANGES.items():
        body = getattr(frame, key)
        if body is not None:
            new = change(new, body, now)
    return _within_bounds(saved, new)


def set_typed(saved: Saved, patch: wire.Patch) -> Saved:
    """The state after the owner set typed params, which are checked against the NodeServer's definitions.

    Raises:
        BadSave: a value is not what its definition asks for; the text names the place.
    """
    values = typed.changed(typed.definitions(saved.typed_params), saved.typed_data, patch.set, patch.unset)
    return _within_bounds(saved, _with_typed_data(saved, values))


def set_log_level(saved: Saved, level: str) -> Saved:
    """
    Raises:
        BadSave: there is no such level.
    """
    if level not in LEVELS:
        raise BadSave(f"the log level must be one of {', '.join(LEVELS)}, not {level!r}")
    return saved if level == saved.log_level else replace(saved, log_level=level)


def without_expired(saved: Saved, now: int) -> Saved:
    """The state without the temporary notices that are over `now`; the very same object if there are none."""
    over = [key for key, end in saved.notice_ends.items() if end <= now]
    return _without_notices(saved, over) if over else saved


def _within_bounds(before: Saved, after: Saved) -> Saved:
    if after is not before:
        _check_size("all that is saved", after, LARGEST_STATE)
    if after.typed_params is not before.typed_params or after.typed_data is not before.typed_data:
        typed.complete(typed.definitions(after.typed_params), after.typed_data)  # whoever reads them has to be able to
    return after


def _with_params(saved: Saved, params: Mapping[str, Any]) -> Saved:
    return replace(saved, params=_bounded("params", params), params_revision=saved.params_revision + 1)


def _with_data(saved: Saved, data: Mapping[str, Any]) -> Saved:
    return replace(saved, data=_bounded("customData", data), data_revision=saved.data_revision + 1)


def _with_typed_data(saved: Saved, data: Mapping[str, Any]) -> Saved:
    return replace(saved, typed_data=_bounded("typed params", data), params_revision=saved.params_revision + 1)


def _with_notices(saved: Saved, texts: Mapping[str, Any], ends: Mapping[str, int] | None = None) -> Saved:
    """`ends` are those of the temporary ones among them; what it does not name stays until it is removed."""
    _check_depth("notices", texts)
    shown = {str(key): str(text) for key, text in texts.items()}
    if len(shown) > max(wire.MAX_NOTICES, len(saved.notices)):
        raise BadSave(f"there would be {len(shown)} notices; at most {wire.MAX_NOTICES} are shown")
    kept = {key: end for key, end in (ends or {}).items() if key in shown}
    revision = saved.notices_revision + 1
    return replace(saved, notices=_bounded("notices", shown), notice_ends=kept, notices_revision=revision)


def _without_notices(saved: Saved, keys: Iterable[str]) -> Saved:
    gone = set(keys)
    left = {key: text for key, text in saved.notices.items() if key not in gone}
    return _with_notices(saved, left, saved.notice_ends)


def _patch_notices(saved: Saved, patch: wire.NoticePatch, now: int) -> Saved:
    """One that is set again without `seconds` is no longer temporary."""
    ends = {key: end for key, end in saved.notice_ends.items() if key not in patch.set}
    ends.update((key, now + int(seconds * 1000)) for key, seconds in patch.seconds.items())
    return _with_notices(saved, _patched(saved.notices, patch), ends)


def _add_notice(saved: Saved, notice: wire.Notice | str, now: int) -> Saved:
    if isinstance(notice, str):
        notice = wire.Notice(value=notice)
    key = notices.key_of(notice.value) if notice.key is None else notice.key
    seconds = {} if notice.seconds is None else {key: notice.seconds}
    return _patch_notices(saved, wire.NoticePatch(set={key: notice.value}, seconds=seconds), now)


def _remove_notice(saved: Saved, named: wire.NoticeRef | str | int) -> Saved:
    key = notices.find(saved.notices, named.key if isinstance(named, wire.NoticeRef) else named)
    return _without_notices(saved, [] if key is None else [key])


def _whole_notices(saved: Saved, whole: Mapping[str, str] | list[str]) -> Saved:
    """Those that are shown already stay as temporary as they were."""
    texts = notices.as_map(whole) if isinstance(whole, list) else whole
    same = {key: end for key, end in saved.notice_ends.items() if saved.notices.get(key) == texts.get(key)}
    return _with_notices(saved, texts, same)


def _with_definitions(saved: Saved, definitions: list[Any]) -> Saved:
    _check("typed params' definitions", definitions)
    typed.definitions(definitions)
    return replace(saved, typed_params=definitions)


def _with_polls(saved: Saved, polls: wire.Polls) -> Saved:
    return replace(
        saved,
        short_poll=_seconds("shortPoll", polls.shortPoll, saved.short_poll),
        long_poll=_seconds("longPoll", polls.longPoll, saved.long_poll),
    )


def _patched(current: Mapping[str, Any], patch: wire.Patch) -> dict[str, Any]:
    merged, gone = {**current, **patch.set}, set(patch.unset)
    return {key: value for key, value in merged.items() if key not in gone}


def _bounded(what: str, content: Mapping[str, Any]) -> dict[str, Any]:
    _check(what, content)
    return dict(content)


def _check(what: str, content: object) -> None:
    _check_depth(what, content)
    _check_size(what, content, LARGEST_MAP)


def _check_depth(what: str, content: object) -> None:
    if _is_deeper(content, DEEPEST):
        raise BadSave(f"{what} would hold lists or maps nested more than {DEEPEST} levels deep")


def _check_size(what: str, content: object, largest: int) -> None:
    try:
        size = len(msgspec.json.encode(content))
    except UnicodeEncodeError as error:
        raise BadSave(f"{what} would hold half of a character: {error}") from error
    if size > largest:
        raise BadSave(f"{what} would hold {size} bytes; at most {largest} can be saved")


def _is_deeper(content: object, levels: int) -> bool:
    if not isinstance(content, (dict, list)):
        return False
    inner = content.values() if isinstance(content, dict) else content
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inner)


def _seconds(name: str, given: object, current: int) -> int:
    if given is None:
        return current
    try:
        seconds = int(float(str(given)))
    except (ValueError, OverflowError) as error:
        raise BadSave(f"{name} must be a number of seconds, not {given!r}") from error
    return min(max(seconds, SHORTEST_POLL), LONGEST_POLL)


_CHANGES: dict[str, Callable[[Saved, Any, int], Saved]] = {
    "customdata": lambda saved, data, now: _with_data(saved, data),
    "customparams": lambda saved, params, now: _with_params(saved, params),
    "notices": lambda saved, whole, now: _whole_notices(saved, whole),
    "patchparams": lambda saved, patch, now: _with_params(saved, _patched(saved.params, patch)),
    "patchnotices": _patch_notices,
    "patchtyped": lambda saved, patch, now: _with_typed_data(saved, _patched(saved.typed_data, patch)),
    "customparamsdoc": lambda saved, text, now: replace(saved, params_doc=text),
    "typedparams": lambda saved, definitions, now: _with_definitions(saved, definitions),
    "typedcustomdata": lambda saved, data, now: _with_typed_data(saved, data),
    "addnotice": _add_notice,
    "removenotice": lambda saved, named, now: _remove_notice(saved, named),
    "polls": lambda saved, polls, now: _with_polls(saved, polls),
}
