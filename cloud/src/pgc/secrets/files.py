"""Files that hold secrets: for their owner only, and whole or not there at all."""

import os
import tempfile
from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Makes the file (mode 0600); a crash in between leaves nothing under its name.

    Raises:
        FileExistsError: it is there already.
    """
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    finally:
        os.unlink(draft)


def replace(path: Path, content: bytes) -> None:
    """Makes the file (mode 0600), in the place of what is there; a crash in between leaves that as it was."""
    os.replace(_draft(path, content), path)


def _draft(path: Path, content: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(draft)
        raise
    return draft
