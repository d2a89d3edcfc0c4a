"""A command with its value and named parameters, as it goes over the wire in either direction."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pgc.profiles.uoms import uom_number
from pgc.simulator.values import scale

REQUEST_ID = "requestId"

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_KEY = re.compile(r"(?P<name>[A-Za-z0-9_]{1,64})(?:\.(?:uom)?(?P<uom>[0-9]{1,3}))?")


class Param(NamedTuple):
    """Decimal text and its unit, None where none was given."""

    value: str
    uom: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    value: str | None = None
    uom: int | None = None
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """`DON`, `SETX/5`, `SETX/5/56`."""
        parts = (self.name, self.value, None if self.value is None else self.uom)
        return "/".join(str(part) for part in parts if part is not None)

    @property
    def query(self) -> dict[str, str]:
        """Named parameters as `<name>.uom<number>`, the form that unmodified NodeServers parse."""
        return {_key(name, param.uom): param.value for name, param in self.params.items()}


def read_command(name: str, value: str | None, uom: str | None, query: Mapping[str, str]) -> Command | None:
    """None if the name, a value, a unit or a parameter is malformed. Takes both `<p>.<uom>` and `<p>.uom<uom>`."""
    number = None if uom is None else uom_number(uom)
    params = _params(query)
    wrong_value = value is not None and scale(value) is None
    wrong_uom = uom is not None and number is None
    if params is None or wrong_value or wrong_uom or _NAME.fullmatch(name) is None:
        return None
    return Command(name, value, number, params)


def _params(query: Mapping[str, str]) -> dict[str, Param] | None:
    params = {}
    for key, value in query.items():
        if key == REQUEST_ID:
            continue
        match = _KEY.fullmatch(key)
        if match is None or scale(value) is None:
            return None
        params[match["name"]] = Param(value, int(match["uom"]) if match["uom"] else None)
    return params


def _key(name: str, uom: int | None) -> str:
    return name if uom is None else f"{name}.uom{uom}"
