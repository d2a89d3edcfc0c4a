"""Secrets taken out of what people read: those that are known, and logins in URLs.

What is looked for, and in what, comes from NodeServers too. So all secrets are looked for at once, in a time that grows
with the text alone (Aho and Corasick), and the room for theirs is bounded.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import quote, quote_plus

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

MASK = "***"
SHORTEST = 4
"""Characters; what is shorter stands in every second line by chance, and is not masked."""
SHORTEST_ANYWHERE = 6
"""From here on a secret is masked wherever it stands, below only as a word of its own."""
MOST = 100
"""Secrets known at a time; beyond that the oldest are forgotten."""
_ROOM = 16 * 1024
"""Characters that they take in all their forms."""
_LONGEST = 4096
_NAME = 32
_LOGIN = re.compile(r"://[^/\s@]{1,300}@")
_HASHABLE = re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])", re.ASCII)
"""What looks like 256 random bits in URL-safe base64, as all secrets of runs do."""
_NO_SECRETS = frozenset({"true", "false", "none", "null"})
Span = tuple[int, int]


def without_logins(text: str) -> str:
    """The text without the users and passwords of the URLs in it, such as that of a private index."""
    return _LOGIN.sub(f"://{MASK}@", text) if "://" in text else text


class Masks:
    """Call it with a text. What it looks for is prepared anew when the first text comes after a change.

    The platform's own secrets and those that a NodeServer has saved have each their room, so that no NodeServer makes
    the platform's be forgotten. One that was changed stays masked, as long as there is room.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._own, self._saved = _Secrets(), _Secrets()
        self._hashes: set[str] = set()
        self._anywhere, self._words = _Finder(()), _Finder(())
        self._harmless: set[str] = set()
        """Short texts with nothing to mask: the names of loggers and threads come with every line."""
        self._stale = False
        self.hide(*secrets)

    def hide(self, *secrets: str) -> None:
        """From now on these are masked; also as they stand in URLs, in JSON and in Python's `repr`."""
        for secret in secrets:
            self._stale |= self._own.add(secret)

    def hide_saved(self, *secrets: str) -> None:
        """The same for secrets that a NodeServer has saved."""
        for secret in secrets:
            self._stale |= self._saved.add(secret)

    def hide_hashed(self, sha256: str) -> None:
        """The same for the secret of a run of which only the hash is known."""
        self._hashes.add(sha256)
        self._harmless.clear()

    def __call__(self, text: str) -> str:
        if self._stale:
            self._prepare()
        if len(text) > _NAME:
            return self._masked(text)
        if text not in self._harmless:
            masked = self._masked(text)
            if masked is not text or len(self._harmless) >= MOST:
                return masked
            self._harmless.add(text)
        return text

    def _masked(self, text: str) -> str:
        text = _without(text, self._anywhere.spans(text))
        text = _without(text, [span for span in self._words.spans(text) if _is_word(text, span)])
        if self._hashes:
            text = _HASHABLE.sub(self._unless_hashed, text)
        return without_logins(text)

    def _prepare(self) -> None:
        forms = self._own.forms() | self._saved.forms()
        self._anywhere = _Finder(form for form in forms if len(form) >= SHORTEST_ANYWHERE)
        self._words = _Finder(form for form in forms if len(form) < SHORTEST_ANYWHERE)
        self._harmless.clear()
        self._stale = False

    def _unless_hashed(self, found: re.Match[str]) -> str:
        return MASK if hashlib.sha256(found[0].encode()).hexdigest() in self._hashes else found[0]


class _Secrets:
    """Bounded; those that were named last are kept."""

    def __init__(self) -> None:
        self._forms: dict[str, frozenset[str]] = {}
        self._room = _ROOM

    def add(self, secret: str) -> bool:
        """Whether that changes anything."""
        secret = secret[:_LONGEST]
        known = self._forms.pop(secret, None)
        forms = _forms(secret) if known is None else known
        if not forms:
            return False
        self._forms[secret] = forms
        if known is None:
            self._room -= _size(forms)
        while len(self._forms) > 1 and (self._room < 0 or len(self._forms) > MOST):
            self._room += _size(self._forms.pop(next(iter(self._forms))))
        return known is None

    def forms(self) -> set[str]:
        return set().union(*self._forms.values())


class _Finder:
    """Finds many texts at once; of two that overlap the one that begins first, of those the longest."""

    def __init__(self, texts: Iterable[str]) -> None:
        given = list(texts)
        self._finder = (
            AhoCorasick(given, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA)
            if given
            else None
        )

    def spans(self, text: str) -> list[Span]:
        if self._finder is None:
            return []
        return [(start, end) for _, start, end in self._finder.find_matches_as_indexes(text)]


def _without(text: str, spans: list[Span]) -> str:
    if not spans:
        return text
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    return MASK.join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _is_word(text: str, span: Span) -> bool:
    around = text[span[0] - 1 : span[0]] if span[0] else "", text[span[1] : span[1] + 1]
    return not any(sign.isalnum() or sign == "_" for sign in around)


def _size(forms: frozenset[str]) -> int:
    return sum(map(len, forms))


def _forms(secret: str) -> frozenset[str]:
    """Each of its lines, as others write them."""
    lines = (_encodable(line.strip()) for line in secret.splitlines())
    return frozenset(form for line in lines if _is_secret(line) for form in _written(line))


def _is_secret(line: str) -> bool:
    return len(line) >= SHORTEST and line.lower() not in _NO_SECRETS


def _written(secret: str) -> Iterator[str]:
    yield secret
    for write in (partial(quote, safe=""), quote_plus, _as_json, partial(_as_json, ascii_only=False), _as_repr):
        yield write(secret)


def _as_json(secret: str, *, ascii_only: bool = True) -> str:
    return json.dumps(secret, ensure_ascii=ascii_only)[1:-1]


def _as_repr(secret: str) -> str:
    return repr(secret)[1:-1]


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
