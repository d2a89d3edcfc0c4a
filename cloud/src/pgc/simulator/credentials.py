"""HTTP Basic, both ways."""

import hmac
from base64 import b64encode


def basic(username: str, password: str) -> str:
    """The Authorization header of this login."""
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


class Login:
    """The ISY's own user."""

    def __init__(self, username: str, password: str) -> None:
        self._token = basic(username, password).removeprefix("Basic ").encode()

    def admits(self, authorization: str) -> bool:
        """Compared in constant time; the scheme may be written in any case."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "basic" and hmac.compare_digest(token.strip().encode(), self._token)
