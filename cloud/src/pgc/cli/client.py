"""The running platform, as commands talk to it: over its API, found by its data folder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from pgc.api.token import ADDRESS_FILE, TOKEN_FILE
from pgc.cli.configured import load_settings
from pgc.cli.errors import CommandError
from pgc.cli.running import run_command
from pgc.word import find_word

T = TypeVar("T")
_CONNECTING = 10.0


class PlatformClient:
    """`session` knows the platform's address and carries its token."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The answer's JSON, None where it has no body.

        Raises:
            CommandError: the platform refuses, with its reason and hint, or does not answer.
        """
        async with self.opened(method, path, **_json(body), **options) as answer:
            return await answer.json() if answer.content_type == "application/json" else None

    @asynccontextmanager
    async def opened(self, method: str, path: str, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, its body still to be read, however long that takes. `path` is below ``/api``.

        Raises:
            CommandError: as above.
        """
        try:
            async with self._session.request(method, f"/api{path}", **options) as answer:
                if answer.status >= 400:
                    raise await _refusal(answer)
                yield answer
        except aiohttp.ClientError as error:
            raise CommandError(f"the platform does not answer: {error}", hint="its log tells more") from error


def with_platform(work: Callable[[PlatformClient], Awaitable[T]]) -> T:
    """Runs a command's `work` with the platform of the user's data folder.

    Raises:
        CommandError: none runs.
        Interrupted: the user pressed Ctrl-C.
    """

    async def run(client: PlatformClient) -> T:
        return await work(client)

    return run_command(lambda interrupts: _with_client(lambda client: interrupts.unless(run(client))))


async def _with_client(work: Callable[[PlatformClient], Awaitable[T]]) -> T:
    async with _session(load_settings().data_folder) as session:
        return await work(PlatformClient(session))


def _session(data_folder: Path) -> aiohttp.ClientSession:
    url = token = None
    with suppress(OSError):
        url = find_word(data_folder / ADDRESS_FILE)
        token = (data_folder / TOKEN_FILE).read_text().strip()
    if not url or not token:
        raise CommandError(
            f"no platform runs on {data_folder}",
            hint="start it with `pgc serve`, or name its data folder in PGC_DATA_FOLDER",
        )
    timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECTING)
    return aiohttp.ClientSession(url.decode(), headers={"Authorization": f"Bearer {token}"}, timeout=timeout)


def _json(body: Any) -> dict[str, Any]:
    return {} if body is None else {"json": body}


async def _refusal(answer: aiohttp.ClientResponse) -> CommandError:
    with suppress(ValueError, KeyError, TypeError, aiohttp.ContentTypeError):
        problem = await answer.json()
        return CommandError(problem["error"], hint=problem["hint"])
    return CommandError(f"the platform answered {answer.status} {answer.reason}", hint="its log tells more")
