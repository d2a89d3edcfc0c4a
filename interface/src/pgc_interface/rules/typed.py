"""Typed params: what a NodeServer defines, what its owner sets, and what it then gets. The rules are PG2's.

A definition is {name, title?, desc?, type?, isRequired?, isList?, defaultValue?, params?}. `type` is STRING (as when
there is none), NUMBER or BOOL. With `params`, a list of further definitions, the value is a map of these. With
`isList` it is a list of such values or maps.
(UniversalDevicesInc/polyglot-v2-frontend, src/app/components/params; the README of the nodejs interface.)
"""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

from .errors import BadSave
from .typedvalues import CONVERT, MOST_TOLD, Problems

MOST = 500
"""Definitions of one NodeServer, nested ones included."""
DEEPEST = 8
"""Levels of `params` in each other."""
LARGEST = 512 * 1024
"""Characters, about, of all the defaults that are filled in; each place where one might be counts as one more."""
LONGEST_NAME = 256
_TYPES = {"STRING": "STRING", "NUMBER": "NUMBER", "BOOL": "BOOL", "BOOLEAN": "BOOL"}
_NOTHING = (None, "")


class Definition(NamedTuple):
    name: str
    title: str = ""
    desc: str = ""
    type: str = "STRING"
    required: bool = False
    is_list: bool = False
    default: Any = None
    size: int = 0
    """Characters of the default."""
    params: list[Definition] | None = None


def definitions(raw: Any) -> list[Definition]:
    """
    Raises:
        BadSave: they cannot be used; the text names the place.
    """
    found = _definitions(raw, "typed params", DEEPEST)
    if sum(map(_count, found)) > MOST:
        raise BadSave(f"typed params: there are over {MOST} definitions")
    return found


def complete(defined: list[Definition], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the defaults of those that were not set; of a list or map at least an empty one is there.

    Raises:
        BadSave: they would hold too much: lists of defaults in each other multiply.
    """
    return _completed(defined, values, _Room())


def changed(
    defined: list[Definition], values: Mapping[str, Any], wanted: Mapping[str, Any], unset: list[str]
) -> dict[str, Any]:
    """The owner's change: all values afterwards, of their types, with defaults for those that are not set.

    Raises:
        BadSave: it cannot be; the text names each wrong value by its place and says what is needed.
    """
    problems, known, gone = Problems(), {definition.name for definition in defined}, set(unset)
    for name in (name for name in wanted if name not in known):
        problems.append(f"{name}: there is no such typed param")
    merged = {name: value for name, value in {**values, **wanted}.items() if name not in gone}
    result = _checked_map(defined, complete(defined, merged), "", problems)
    if problems.count:
        raise BadSave(str(problems))
    return result


# --- definitions ---


def _definitions(raw: Any, where: str, levels: int) -> list[Definition]:
    if not isinstance(raw, list):
        raise BadSave(f"{where}: a list of definitions is needed")
    if levels == 0:
        raise BadSave(f"{where}: definitions are nested more than {DEEPEST} levels deep")
    found = [_definition(entry, f"{where}[{index}]", levels) for index, entry in enumerate(raw)]
    names = [definition.name for definition in found]
    twice = next((name for name in names if names.count(name) > 1), None) if len(names) <= MOST else None
    if twice is not None:
        raise BadSave(f"{where}: {twice!r} is defined twice")
    return found


def _definition(raw: Any, where: str, levels: int) -> Definition:
    name = raw.get("name") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise BadSave(f"{where}: a definition is a map with a name of at most {LONGEST_NAME} characters")
    params = raw.get("params")
    kind = _TYPES.get(str(raw.get("type")).upper(), "STRING")
    default = _converted(raw.get("defaultValue"), kind)
    return Definition(
        name=name,
        title=str(raw.get("title") or name),
        desc=str(raw.get("desc") or ""),
        type=kind,
        required=raw.get("isRequired") is True,
        is_list=raw.get("isList") is True,
        default=default,
        size=len(str(default)),
        params=None if params is None else _definitions(params, f"{where}.params", levels - 1),
    )


def _converted(default: Any, kind: str) -> Any:
    """A default of its type, where it can be; NodeServers write "80" for 80, and "on"."""
    if isinstance(default, list):
        return [_converted(entry, kind) for entry in default]
    if default is None or kind == "STRING":
        return default
    problems = Problems()
    value = CONVERT[kind](default, "", problems)
    return default if problems.count else value


def _count(definition: Definition) -> int:
    return 1 + sum(map(_count, definition.params or []))


# --- defaults ---


class _Room:
    """What defaults may still be filled in."""

    def __init__(self) -> None:
        self._left = LARGEST

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise BadSave("typed params: there are too many values, or their defaults are too large")


def _completed(defined: list[Definition], values: Mapping[str, Any], room: _Room) -> dict[str, Any]:
    filled = dict(values)
    for definition in defined:
        value = _filled(definition, filled.get(definition.name), room)
        if value is not None:
            filled[definition.name] = value
    return filled


def _filled(definition: Definition, value: Any, room: _Room) -> Any:
    room.take(1 if value is not None else 1 + definition.size)
    if definition.is_list:
        entries = _as_list(definition.default) if value is None else value
        if definition.params is None or not isinstance(entries, list):
            return entries
        return [_filled_map(definition.params, entry, room) for entry in entries]
    if definition.params is not None:
        return _filled_map(definition.params, {} if value is None else value, room)
    return definition.default if value is None else value


def _filled_map(params: list[Definition], value: Any, room: _Room) -> Any:
    return _completed(params, value, room) if isinstance(value, dict) else value


def _as_list(default: Any) -> list[Any]:
    if default is None:
        return []
    return list(default) if isinstance(default, list) else [default]


# --- what the owner sets ---


def _checked_map(
    defined: list[Definition], values: Mapping[str, Any], where: str, problems: Problems
) -> dict[str, Any]:
    result = dict(values)
    for definition in defined:
        place = f"{where}.{definition.name}" if where else definition.name
        value = _checked(definition, values.get(definition.name), place, problems)
        if value is None:
            result.pop(definition.name, None)
        else:
            result[definition.name] = value
    return result


def _checked(definition: Definition, value: Any, where: str, problems: Problems) -> Any:
    if not definition.is_list:
        return _checked_one(definition, value, where, problems)
    if not isinstance(value, list):
        problems.append(f"{where}: a list is needed")
        return value
    if definition.required and not value:
        problems.append(f"{where}: at least one entry is required")
    return [_checked_one(definition, entry, f"{where}[{index}]", problems) for index, entry in enumerate(value)]


def _checked_one(definition: Definition, value: Any, where: str, problems: Problems) -> Any:
    if definition.params is not None:
        if isinstance(value, dict):
            return _checked_map(definition.params, value, where, problems)
        names = ", ".join(param.name for param in definition.params[:MOST_TOLD])
        problems.append(f"{where}: a map of {names} is needed")
        return value
    if value in _NOTHING:
        return _nothing(definition, value, where, problems)
    if definition.type == "STRING" and value == definition.default:
        return value
    return CONVERT[definition.type](value, where, problems)


def _nothing(definition: Definition, value: Any, where: str, problems: Problems) -> Any:
    is_text = definition.type == "STRING" and value == ""
    if definition.required or (definition.is_list and not is_text):
        problems.append(f"{where}: a value is required")
    return value if is_text else None
