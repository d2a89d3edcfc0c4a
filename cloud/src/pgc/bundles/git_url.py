"""Addresses of git repositories and what is wanted of them: checked, and their logins kept apart."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from pgc.bundles.errors import SourceError

LONGEST = 2000
COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_SCP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!//)[^:\s]+")
"""``git@github.com:owner/name.git``: the way ssh has always been written."""
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+/@-]{0,199}")
_UNSAFE = ("http", "git", "ftp")
_WAYS = "https://…, ssh://…, user@host:path or file:///…"


class GitUrl(NamedTuple):
    """`url` holds no secret; `login` is ``user:password`` for https, or empty."""

    url: str
    login: str = ""

    @property
    def scheme(self) -> str:
        return "ssh" if _SCP.fullmatch(self.url) else urlsplit(self.url).scheme

    @property
    def name(self) -> str:
        """What people call the repository."""
        last = re.split("[/:]", self.url.rstrip("/"))[-1]
        return unquote(last).removesuffix(".git") or "repository"


def read_git_url(text: str) -> GitUrl:
    """
    Raises:
        SourceError: it is no address from which code is taken.
    """
    text = text.strip()
    if len(text) > LONGEST or not text.isprintable() or " " in text:
        raise SourceError("the git URL is too long or holds signs that no URL has")
    if _SCP.fullmatch(text):
        return GitUrl(text)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SourceError("the git URL cannot be read", hint=f"It is written {_WAYS}.") from None
    if parts.scheme in _UNSAFE:
        raise SourceError(
            f"git over {parts.scheme} is not taken: whoever is on the way could change the code that is to be run",
            hint="Use https or ssh; or clone it yourself and name the folder.",
        )
    if parts.scheme not in ("https", "ssh", "file") or parts.query or parts.fragment or not parts.path.strip("/"):
        raise SourceError("this is no git URL that is taken", hint=f"It is written {_WAYS}.")
    if (parts.scheme == "file") is bool(host) or host.startswith("-"):
        raise SourceError("the git URL names no usable host", hint=f"It is written {_WAYS}.")
    return _without_login(text)


def check_ref(ref: str) -> str:
    """
    Raises:
        SourceError: no branch, tag or commit is called so.
    """
    if ref and (not _REF.fullmatch(ref) or ".." in ref or "@{" in ref or ref.endswith((".", "/", ".lock"))):
        raise SourceError(f"{ref[:80]!r} is no name of a branch, tag or commit")
    return ref


def _without_login(text: str) -> GitUrl:
    parts = urlsplit(text)
    user, _, host = parts.netloc.rpartition("@")
    if parts.scheme != "https" or not user:
        if ":" in user:
            raise SourceError("a password in an ssh URL is of no use", hint="Use a key: see docs/installing.md.")
        return GitUrl(text)
    name, _, password = user.partition(":")
    return GitUrl(urlunsplit(parts._replace(netloc=host)), f"{unquote(name)}:{unquote(password)}")
