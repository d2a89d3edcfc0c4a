"""Where a broker listens, as its URL says, and how the platform's own clients connect there."""

import ssl
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from pgc.broker.errors import BrokerError

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_HINT: Final = "mqtt://host:port, mqtts://host:port or unix:///path"


@dataclass(frozen=True, slots=True)
class Address:
    """`host` is the socket's path if the scheme is ``unix``; `ca` is PEM, empty for the authorities of this machine."""

    scheme: str
    host: str
    port: int
    ca: str = ""

    @classmethod
    def of(cls, url: str, ca: str = "") -> "Address":
        """
        Raises:
            BrokerError: it is no URL of a broker.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError as error:
            raise BrokerError(f"not the address of a broker: {error}", hint=_HINT) from error
        host = unquote(parts.path) if parts.scheme == "unix" else parts.hostname
        if parts.scheme not in (*PORTS, "unix") or not host:
            raise BrokerError(f"not the address of a broker: {parts.scheme}://{parts.hostname or ''}", hint=_HINT)
        return cls(parts.scheme, host, port, ca)

    @property
    def url(self) -> str:
        """Without a login."""
        if self.scheme == "unix":
            return f"unix://{quote(self.host)}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def client_options(self) -> dict[str, Any]:
        """For :class:`aiomqtt.Client`."""
        options: dict[str, Any] = {"hostname": self.host}
        if self.scheme == "unix":
            return options | {"transport": "unix"}
        if self.scheme == "mqtts":
            options["tls_context"] = ssl.create_default_context(cadata=self.ca or None)
        return options | {"port": self.port}
