"""Who may use which topic: logins, their secrets, and the one rule `<prefix>/#`.

A secret is 256 random bits, made for one run and forgotten with it. There is nothing to guess or to look up in a
dictionary, so a slow key derivation would protect nothing; it would only give strangers a way to keep the
platform busy. One round of SHA-256 keeps the secret itself out of the broker's memory.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from pgc.broker.limits import MAX_LEVELS, MAX_TOPIC

_NOBODY: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Login:
    """One client of the broker.

    `name` is the user name and the client id, unguessable per run. All topics lie below `prefix`, which is taken
    literally. `trusted` is for the platform's own logins: they are not slowed down.
    """

    name: str
    secret_hash: str
    prefix: str
    trusted: bool = False

    def __post_init__(self) -> None:
        if not self.name or not self.prefix.strip("/") or self.prefix != self.prefix.strip("/"):
            raise ValueError(f"a login needs a name and a prefix without outer slashes, not {self.prefix!r}")
        if _has_wildcard(self.prefix) or self.prefix.startswith("$"):
            raise ValueError(f"a login's prefix is literal, without wildcards: {self.prefix!r}")


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def proves(login: Login | None, secret: str | None) -> bool:
    """Whether `secret` is that of `login`; takes as long for a login that does not exist."""
    expected = login.secret_hash if login else _NOBODY
    return hmac.compare_digest(hash_secret(secret or ""), expected) and login is not None


def may_publish(login: Login, topic: str) -> bool:
    """Whether `topic` is a plain topic below the login's prefix."""
    return _is_below(login.prefix, topic) and not _has_wildcard(topic)


def may_subscribe(login: Login, filter_: str) -> bool:
    """Whether every topic that `filter_` can match is below the login's prefix, and the filter is a legal one."""
    if not _is_below(login.prefix, filter_):
        return False
    levels = filter_.split("/")
    wildcards = [(index, level) for index, level in enumerate(levels) if _has_wildcard(level)]
    legal = all(level == "+" or (level == "#" and index == len(levels) - 1) for index, level in wildcards)
    return legal and len(levels) <= MAX_LEVELS


def _is_below(prefix: str, topic: str) -> bool:
    start = prefix + "/"
    return topic.startswith(start) and len(start) < len(topic) <= MAX_TOPIC and "\0" not in topic


def _has_wildcard(text: str) -> bool:
    return "#" in text or "+" in text
