"""The token that opens the API, in a file that only its owner can read. Accounts come later."""

import secrets
from pathlib import Path

from pgc.secrets.files import write_new


def load_token(path: Path) -> str:
    """The token in this file, made if there is none (mode 0600)."""
    try:
        token = path.read_text().strip()
    except FileNotFoundError:
        token = ""
    if not token:
        path.unlink(missing_ok=True)
        token = secrets.token_urlsafe(32)
        write_new(path, f"{token}\n".encode())
    return token
