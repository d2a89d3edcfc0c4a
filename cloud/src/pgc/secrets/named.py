"""Which values of a map are secrets, by their names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST_VALUES = 10_000
"""Looked at in one map: a map of strangers is searched no longer."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET = re.compile(
    r"passw|passphrase|passcode|secret|token|credential|pwd|keys?(?![a-z])|(?<![a-z])(pass|pins?)(?![a-z])"
)
_HARMLESS = re.compile(r"(type|expir[a-z]*|uri|url|name|time|date|[ _-](at|in))$")
"""How the names of what is only *about* a secret end, such as ``token_type``."""


def says_secret(name: str) -> bool:
    """Whether the name speaks of a password, secret, token, key or pin: ``apiKey`` does, ``keypad`` does not."""
    words = _HUMP.sub(" ", name).lower()
    return _SECRET.search(words) is not None and _HARMLESS.search(words) is None


def secret_values(values: Mapping[str, Any]) -> Iterator[str]:
    """The texts and numbers under such names, at any depth."""
    waiting: list[tuple[bool, Any]] = [(False, values)]
    left = MOST_VALUES
    while waiting and left > 0:
        left -= 1
        secret, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(says_secret(str(name)[:100]), part) for name, part in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [(secret, part) for part in value]
        elif secret and isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)
