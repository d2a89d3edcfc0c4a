"""What this machine's commands find the API by: its address while it runs, and the token that opens it.

Accounts come later.
"""

import secrets
from pathlib import Path

from pgc.secrets.files import write_new

TOKEN_FILE = "api-token"  # noqa: S105 (the file's name)
ADDRESS_FILE = "api-url"
"""In the data folder as well, while the platform runs."""


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
