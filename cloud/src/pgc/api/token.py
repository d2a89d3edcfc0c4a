"""The token that opens the API, in a file that only its owner can read. Accounts come later."""

import hmac
import os
import secrets
from pathlib import Path

from fastapi import Request

from pgc.api.problems import NoToken


def load_token(path: Path) -> str:
    """The token in this file, made if there is none (mode 0600)."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        token = secrets.token_urlsafe(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token + "\n")
        return token


class TokenGuard:
    """A FastAPI dependency: lets through what carries ``Authorization: Bearer <token>``."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, request: Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            raise NoToken("the API wants its token", hint="it is in the file api-token of the data folder")
