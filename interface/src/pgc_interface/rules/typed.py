"""Typed params: what a NodeServer defines, what its owner sets, and what it then gets. The rules are PG2's.

A definition is {name, title?, desc?, type?, isRequired?, isList?, defaultValue?, params?}. `type` is STRING (as when
there is none), NUMBER or BOOL. With `params`, a list of further definitions, the value is a map of these. With
`isList` it is a list of such values or maps.
(UniversalDevicesInc/polyglot-v2-frontend, src/app/components/params; the README of the nodejs interface.)
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple

from .errors import BadSave

MOST = 500
"""Definitions of one NodeServer, nested ones included."""
DEEPEST = 8
"""Levels of `params` in each other."""
_MOST_TOLD = 10
_LONGEST_NUMBER, _LARGEST_NUMBER = 40, 1e300
_BOOLEANS = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
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
    """The values with the defaults of those that were not set; of a list or map at least an empty one is there."""
    filled = dict(values)
    for definition in defined:
        value = _filled(definition, filled.get(definition.name))
        if value is not None:
            filled[definition.name] = value
    return filled


def changed(
    defined: list[Definition], values: Mapping[str, Any], wanted: Mapping[str, Any], unset: list[str]
) -> dict[str, Any]:
    """The owner's change: all values afterwards, of their types, with defaults for those that are not set.

    Raises:
        BadSave: it cannot be; the text names each wrong value by its place and says what is needed.
    """
    problems = [f"{name}: there is no such typed param" for name in wanted if name not in {d.name for d in defined}]
    merged = {name: value for name, value in {**values, **wanted}.items() if name not in unset}
    result = _checked_map(defined, complete(defined, merged), "", problems)
    if problems:
        more = f"; and {len(problems) - _MOST_TOLD} more" if len(problems) > _MOST_TOLD else ""
        raise BadSave("; ".join(problems[:_MOST_TOLD]) + more)
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
    if not isinstance(name, str) or not name:
        raise BadSave(f"{where}: a definition is a map with a name")
    params = raw.get("params")
    kind = _TYPES.get(str(raw.get("type")).upper(), "STRING")
    return Definition(
        name=name,
        title=str(raw.get("title") or name),
        desc=str(raw.get("desc") or ""),
        type=kind,
        required=raw.get("isRequired") is True,
        is_list=raw.get("isList") is True,
        default=_converted(raw.get("defaultValue"), kind),
        params=None if params is None else _definitions(params, f"{where}.params", levels - 1),
    )


def _converted(default: Any, kind: str) -> Any:
    """A default of its type, where it can be; NodeServers write "80" for 80, and "on"."""
    if isinstance(default, list):
        return [_converted(entry, kind) for entry in default]
    if default is None or kind == "STRING":
        return default
    problems: list[str] = []
    value = _CHECKS[kind](default, "", problems)
    return default if problems else value


def _count(definition: Definition) -> int:
    return 1 + sum(map(_count, definition.params or []))


# --- defaults ---


def _filled(definition: Definition, value: Any) -> Any:
    if definition.is_list:
        entries = _as_list(definition.default) if value is None else value
        if definition.params is None or not isinstance(entries, list):
            return entries
        return [_filled_map(definition.params, entry) for entry in entries]
    if definition.params is not None:
        return _filled_map(definition.params, {} if value is None else value)
    return definition.default if value is None else value


def _filled_map(params: list[Definition], value: Any) -> Any:
    return complete(params, value) if isinstance(value, dict) else value


def _as_list(default: Any) -> list[Any]:
    if default is None:
        return []
    return list(default) if isinstance(default, list) else [default]


# --- what the owner sets ---


def _checked_map(
    defined: list[Definition], values: Mapping[str, Any], where: str, problems: list[str]
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


def _checked(definition: Definition, value: Any, where: str, problems: list[str]) -> Any:
    if not definition.is_list:
        return _checked_one(definition, value, where, problems)
    if not isinstance(value, list):
        problems.append(f"{where}: a list is needed")
        return value
    if definition.required and not value:
        problems.append(f"{where}: at least one entry is required")
    return [_checked_one(definition, entry, f"{where}[{index}]", problems) for index, entry in enumerate(value)]


def _checked_one(definition: Definition, value: Any, where: str, problems: list[str]) -> Any:
    if definition.params is not None:
        if isinstance(value, dict):
            return _checked_map(definition.params, value, where, problems)
        problems.append(f"{where}: a map of {', '.join(param.name for param in definition.params)} is needed")
        return value
    if value in _NOTHING:
        return _nothing(definition, value, where, problems)
    if definition.type == "STRING" and value == definition.default:
        return value
    return _CHECKS[definition.type](value, where, problems)


def _nothing(definition: Definition, value: Any, where: str, problems: list[str]) -> Any:
    is_text = definition.type == "STRING" and value == ""
    if definition.required or (definition.is_list and not is_text):
        problems.append(f"{where}: a value is required")
    return value if is_text else None


def _text(value: Any, where: str, problems: list[str]) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    problems.append(f"{where}: a text is needed")
    return value


def _number(value: Any, where: str, problems: list[str]) -> Any:
    found = _parsed(value) if isinstance(value, str) else value
    if isinstance(found, (int, float)) and not isinstance(found, bool) and abs(found) <= _LARGEST_NUMBER:
        return found
    problems.append(f"{where}: a number is needed, not {_shown(value)}")
    return value


def _parsed(text: str) -> int | float | None:
    if len(text) > _LONGEST_NUMBER or "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _boolean(value: Any, where: str, problems: list[str]) -> Any:
    found = value if isinstance(value, bool) else _BOOLEANS.get(str(value).strip().lower())
    if found is None:
        problems.append(f"{where}: one of on, off, true, false, yes and no is needed, not {_shown(value)}")
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


_CHECKS: dict[str, Callable[[Any, str, list[str]], Any]] = {"STRING": _text, "NUMBER": _number, "BOOL": _boolean}
