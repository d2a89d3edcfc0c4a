"""The version of a NodeServer: where its files were taken from, and what was built of them."""

from collections.abc import Mapping
from typing import Any

from pgc.bundles.build import Built
from pgc.bundles.git_url import check_ref
from pgc.bundles.sources import Source
from pgc.nodeservers.errors import NotPossibleNow
from pgc.storage.records import Api, NodeServerRecord, SourceKind
from pgc_interface.dialects import Dialect

_COLUMNS = ("kind", "source", "ref", "commit", "bundle", "api", "dialect", "dialect_reason", "python")
"""With what its owner chose that a bundle is built for: it is run as it was."""
_SHORT = 10


def as_built(built: Built, api: Api) -> dict[str, Any]:
    """What of a record follows from how it was built."""
    choice = built.choice
    return {
        "bundle": built.bundle.id,
        "api": api,
        "dialect": choice.dialect,
        "dialect_reason": choice.reason,
    }


def as_taken(source: Source, commit: str) -> dict[str, Any]:
    """What of a record follows from where its files came from."""
    return {
        "kind": source.kind,
        "source": source.place,
        "ref": source.ref,
        "commit": commit,
        "source_login": source.login,
    }


def version_of(record: NodeServerRecord) -> dict[str, str]:
    """To be kept as the earlier one."""
    return {name: str(getattr(record, name)) for name in _COLUMNS}


def back_to(record: NodeServerRecord) -> dict[str, Any]:
    """What of a record changes when it goes back to its earlier one. Its login is for where it comes from now alone."""
    version = record.earlier
    login = record.source_login if version["source"] == record.source else ""
    kinds = {"kind": SourceKind, "api": Api, "dialect": Dialect}
    return {name: kinds.get(name, str)(version[name]) for name in _COLUMNS} | {"source_login": login}


def newest(record: NodeServerRecord, ref: str | None) -> Source:
    """What its source has now, where `ref` may be another one than before.

    Raises:
        NotPossibleNow: a zip has to be sent again.
        SourceError: nothing is called `ref`.
    """
    if record.kind is SourceKind.ZIP:
        raise NotPossibleNow(f"{record.name} came as a zip", hint="send a new one")
    if record.kind is SourceKind.FOLDER and ref:
        raise NotPossibleNow(f"{record.name} comes from a folder, which has no {ref}")
    wanted = record.ref if ref is None else check_ref(ref)
    return Source(record.kind, record.source, wanted, record.source_login)


def secrets_of(record: NodeServerRecord) -> tuple[str, ...]:
    """What its log must not show of how its source is reached."""
    user, _, password = record.source_login.partition(":")
    return (record.source_login, password or user)  # a token may stand in the place of the user


def told(version: Mapping[str, str]) -> str:
    """For people: which one that is."""
    if version["commit"]:
        return f"commit {version['commit'][:_SHORT]}"
    return f"{version['source']}, bundle {version['bundle'][:_SHORT]}"
