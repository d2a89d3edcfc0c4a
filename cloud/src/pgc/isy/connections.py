"""A slot's connection: where the ISY calls the NodeServer of that slot. It lists them without their passwords."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element

from pgc.isy import xml
from pgc.isy.errors import IsyError


@dataclass(frozen=True, slots=True)
class Connection:
    """The ISY calls ``http(s)://<host>:<port><baseurl>/…`` with HTTP Basic as `user`."""

    slot: int
    name: str
    host: str
    port: int
    baseurl: str
    user: str
    ssl: bool = False
    enabled: bool = True

    def query(self, password: str) -> str:
        """The parameters of ``connection/set/network``."""
        parameters = {
            "ip": self.host,
            "baseurl": self.baseurl,
            "name": self.name,
            "nsuser": self.user,
            "nspwd": password,
            "isyusernum": "0",
            "port": str(self.port),
            "timeout": "0",
            "ssl": str(self.ssl).lower(),
            "enabled": str(self.enabled).lower(),
        }
        return urlencode(parameters, quote_via=quote, safe="/")


def read_connections(body: bytes) -> list[Connection]:
    """The connections in an ISY's list; firmware before 5 has none.

    Raises:
        IsyError: it is not XML.
    """
    try:
        root = xml.parse(body)
    except xml.BadXml as error:
        raise IsyError(f"the ISY's list of connections cannot be read: {error}") from error
    return [_read(element) for element in root.iter("connection") if element.get("profile", "").isdecimal()]


def _read(element: Element) -> Connection:
    def text(tag: str) -> str:
        return (element.findtext(tag) or "").strip()

    port = text("port")
    return Connection(
        slot=int(element.get("profile", "")),
        name=text("name"),
        host=text("ip"),
        port=int(port) if port.isdecimal() else 0,
        baseurl=text("baseurl"),
        user=text("nsuser"),
        ssl=text("ssl") == "true",
        enabled=element.get("enabled") == "true",
    )
