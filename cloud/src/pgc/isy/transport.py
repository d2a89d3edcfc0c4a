"""HTTP to one ISY: kept-alive connections, few requests at once, time-outs, tries again where that does no harm."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_exceptions import ClientConnectorCertificateError
from yarl import URL

from pgc.isy.errors import BadRequest, IsyError, IsyUnreachable

AT_ONCE = 4
"""Requests at once; an ISY994 has few connections, and others in the home want some too."""
TRIES = 3
PAUSE = 0.2
MAX_BODY = 4 * 1024 * 1024
TIMEOUT = 5.0
_CONNECTING = 0.8
"""The share of the time-out that connecting may take, so that it is known that the request was not sent."""


@dataclass(frozen=True, slots=True)
class IsyLogin:
    """Where an ISY is, such as ``http://192.168.1.20`` or ``https://eisy.local:8443``, and one of its users."""

    url: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """`path` begins with a slash and is quoted; `patience` multiplies the time-out.

    `repeatable`: to do it twice is as good as once.
    """

    path: str
    method: str = "GET"
    body: bytes | None = None
    headers: dict[str, str] | None = None
    patience: float = 1.0
    tries: int = TRIES
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Transport:
    """Owns the HTTP session with one ISY. `on_time_out` is called when a request may still be carried out later."""

    def __init__(self, login: IsyLogin, *, verify_tls: bool = True, timeout: float = TIMEOUT) -> None:
        self.base = _checked_base(login.url)
        self._login = login
        self._verify_tls = verify_tls
        self._timeout = timeout
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None
        self.on_time_out: Callable[[], None] = lambda: None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._verify_tls),
            headers={"Authorization": aiohttp.encode_basic_auth(self._login.username, self._login.password, "utf-8")},
            skip_auto_headers=("Accept-Encoding",),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_never_twice,),
        )

    async def stop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(self, request: Request) -> Answer:
        """The ISY's answer, whatever its status.

        Raises:
            IsyUnreachable: there was none.
        """
        async with self._turns:
            for _ in range(request.tries - 1):
                try:
                    return await self._once(request)
                except IsyUnreachable as error:
                    if error.maybe_done and not request.repeatable:
                        raise
                await asyncio.sleep(PAUSE)
            return await self._once(request)

    async def _once(self, request: Request) -> Answer:
        try:
            return await self._exchange(request)
        except ClientConnectorCertificateError as error:
            raise _untrusted(self.base) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise IsyUnreachable(f"cannot connect to the ISY at {self.base}: {_cause(error)}") from error
        except TimeoutError as error:
            self.on_time_out()
            message = f"the ISY at {self.base} did not answer within {self._timeout * request.patience:g} s"
            raise IsyUnreachable(message, maybe_done=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            message = f"the connection to the ISY at {self.base} broke: {_cause(error)}"
            raise IsyUnreachable(message, maybe_done=True) from error

    async def _exchange(self, request: Request) -> Answer:
        if self._session is None:
            raise RuntimeError("the client of this ISY is not started")
        async with self._session.request(
            request.method,
            URL(self.base + request.path, encoded=True),
            data=request.body,
            headers=request.headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=self._timeout * request.patience, sock_connect=self._timeout * _CONNECTING
            ),
        ) as response:
            return Answer(response.status, await _bounded(response))


class _Broken(aiohttp.ClientError):
    """A connection that broke under a request; other than aiohttp's own error, it is not tried again by aiohttp."""


async def _never_twice(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp repeats a GET by itself when its connection breaks; here a GET may be a command, so we decide."""
    try:
        return await send(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Broken(_cause(error)) from error


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            response.close()
            raise IsyError(f"the ISY's answer to {response.url.path} is longer than {MAX_BODY} bytes")
    return body


def _checked_base(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or parts.query or parts.fragment:
        raise BadRequest(
            "the ISY's URL is not usable", hint="Give it as http://host:port, without a user or password in it."
        )
    return url.rstrip("/")


def _untrusted(base: str) -> IsyUnreachable:
    return IsyUnreachable(
        f"the certificate of the ISY at {base} is not trusted",
        hint="ISYs make their own certificates: trust it, or leave the check out with --no-verify-tls or verify_tls.",
    )


def _cause(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        inner = error.os_error
        return inner.strerror or str(inner) if not isinstance(inner, ssl.SSLError) else str(inner)
    return str(error) or type(error).__name__
