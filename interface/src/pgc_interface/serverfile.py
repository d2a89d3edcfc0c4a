"""server.json, which describes a NodeServer, as its author left it in the folder."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import msgspec

logger = logging.getLogger(__name__)

NAME = "server.json"


def read_server_file(folder: Path | None = None) -> dict[str, Any] | None:
    """Its content, or None, with a line in the log, if it is not there or not a JSON object. A BOM is allowed."""
    path = (folder or Path.cwd()) / NAME
    try:
        content = msgspec.json.decode(path.read_bytes().decode("utf-8-sig").encode())
    except FileNotFoundError:
        logger.warning("There is no %s here.", NAME)
        return None
    except (OSError, UnicodeError, msgspec.DecodeError) as error:
        logger.warning("%s cannot be read: %s", NAME, error)
        return None
    if not isinstance(content, dict):
        logger.warning("%s does not hold a JSON object.", NAME)
        return None
    return content


def describe(content: dict[str, Any] | None) -> dict[str, Any]:
    """What `get_server_data()` gives: the file's content, with `version` (of the first credit) always there."""
    if content is None:
        return {"version": "unknown"}
    return {"profile_version": "NotDefined", **content, "version": _version(content)}


def _version(content: dict[str, Any]) -> str:
    credits_ = content.get("credits")
    first = credits_[0] if isinstance(credits_, list) and credits_ else {}
    version = first.get("version") if isinstance(first, dict) else None
    return "0.0.0" if version is None else str(version)
