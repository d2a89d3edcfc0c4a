"""The profile: the files under ``profile/`` that tell an ISY what the nodes look like."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import Any, Iterator

import msgspec

from .wire import UploadProfile

logger = logging.getLogger(__name__)

FOLDER = "profile"
KINDS = {"nodedef": ".xml", "editor": ".xml", "nls": ".txt"}
"""The kinds of files, each in its folder, in the order in which an ISY wants them."""


def profile_is_due(first_run: bool, installed: Any, content: dict[str, Any] | None) -> bool:
    """Whether to upload at the start: the first run, another `profile_version`, or one that is null."""
    if first_run:
        return True
    if content is None or "profile_version" not in content:
        return False
    wanted = content["profile_version"]
    return wanted is None or str(wanted) != str(installed)


def profile_messages(folder: Path | None = None) -> list[dict[str, Any]]:
    """The bodies of ``uploadProfile`` for all files, read now: NodeServers write some when they run."""
    root = (folder or Path.cwd()) / FOLDER
    if not root.is_dir():
        logger.warning("There is no folder %s, so no profile to install.", FOLDER)
        return []
    bodies = [body for kind in KINDS for body in _bodies(kind, root)]
    if bodies:
        bodies[-1]["last"] = True
    else:
        logger.warning("The folder %s holds no profile files.", FOLDER)
    return bodies


def _bodies(kind: str, root: Path) -> Iterator[dict[str, Any]]:
    if not (root / kind).is_dir():
        return
    for path in sorted((root / kind).iterdir()):
        if path.suffix.lower() != KINDS[kind] or not path.is_file():
            continue
        payload = base64.b64encode(path.read_bytes()).decode("ascii")
        body = {"type": kind, "filename": path.name, "payload": payload}
        try:
            msgspec.convert(body, UploadProfile)
        except msgspec.ValidationError as error:
            logger.error("The profile file %s is left out: %s", path.relative_to(root), error)
            continue
        yield body
