"""A run in a process of this machine, seen through its keeper."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pgc.sandbox.cgroups import remove_groups
from pgc.sandbox.contract import Sandbox
from pgc.workers.errors import KeeperLost, RunFailed, WorkerError
from pgc.workers.folder import RunFolder
from pgc.workers.forward import forward
from pgc.workers.journal import Journal, gap
from pgc.workers.keeper_link import Assigned, Event, Exited, Gap, Hello, KeeperLink, Line, Ready, Refused
from pgc.workers.runtime import Assignment, Contents, Exit, LogLine, Outside

log = logging.getLogger(__name__)

STARTING = 30.0
"""Seconds until a fresh launcher waits for its assignment."""
HANDING_OVER = 15.0
CLEARING = 15.0
"""Seconds beyond the grace until a run must be gone; then its keeper is killed, and all of it dies with it."""
LAST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Order:
    """What a keeper starts, and how long it lasts: `patience` are the seconds it stays without a platform, `disk` the
    bytes that it may keep there. `networked`: it has a network of its own."""

    argv: list[str]
    environment: dict[str, str] = field(repr=False)
    patience: float
    groups: list[str]
    disk: int
    networked: bool


class ProcessRun:
    """`sandbox` is the one that it runs in; if that isolates, it shows the NodeServer its own copy of ``site`` and
    relays signals as codes.

    `app` is where it finds its own folder, if that is not where the platform sees it.
    """

    def __init__(self, folder: RunFolder, link: KeeperLink, sandbox: Sandbox, *, app: Path | None = None) -> None:
        self._folder = folder
        self._link = link
        self._sandbox = sandbox
        self._sandboxed = sandbox.isolated
        self._app = app or folder.app
        self._journal = Journal()
        self._keeper: int | None = None
        self._pid: int | None = None
        loop = asyncio.get_running_loop()
        self._greeted: asyncio.Future[None] = loop.create_future()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._assigned: asyncio.Future[None] = loop.create_future()
        self._exit: asyncio.Future[Exit] = loop.create_future()
        self._refusal = ""
        self._handed_over = False
        self._detached = False
        self._task = asyncio.create_task(self._follow(), name=f"keeper of run {folder.id}")

    @property
    def id(self) -> str:
        return self._folder.id

    @property
    def pid(self) -> int | None:
        return self._pid

    @property
    def door(self) -> Path | None:
        return self._folder.door if self._folder.door.parent.is_dir() else None

    async def greeted(self, limit: float) -> None:
        """Waits for the keeper's first word."""
        await self._until(self._greeted, limit, "its keeper did not answer")

    async def start(self, order: Order) -> None:
        """Starts the launcher and waits until it is warm."""
        await self._link.order(
            "start",
            argv=order.argv,
            environment=order.environment,
            patience=order.patience,
            groups=order.groups,
            disk=order.disk,
            control=order.networked,
        )
        await self._until(self._ready, STARTING, "it did not get ready")

    async def assign(self, contents: Contents, assignment: Assignment, outside: Outside | None = None) -> None:
        if self._handed_over or self._assigned.done():
            raise WorkerError(f"run {self.id} has its NodeServer already")
        self._handed_over = True
        await self._let(outside or Outside())
        frame = {**msgspec.to_builtins(assignment), **await self._fill(contents)}
        await self._link.order("assign", frame=msgspec.json.encode(frame).decode())
        await self._until(self._assigned, HANDING_OVER, "it did not take its NodeServer")

    def lines(self) -> AsyncIterator[LogLine]:
        return self._journal.follow()

    async def exited(self) -> Exit:
        await self._first(self._exit)
        if not self._exit.done():
            raise WorkerError(f"run {self.id} was let go before it ended")
        return self._exit.result()

    async def end(self, grace: float) -> Exit:
        if not self._exit.done():
            await self._link.order("end", grace=grace)
        done, _ = await asyncio.wait({self._task}, timeout=grace + CLEARING)
        if not done:
            log.error("The keeper of run %s does not end it; the keeper is killed.", self.id)
            self._kill_keeper()
            await asyncio.wait({self._task}, timeout=CLEARING)
        return await self.exited()

    async def detach(self) -> None:
        self._detached = True
        await self._link.close()
        await asyncio.wait({self._task})

    async def _let(self, outside: Outside) -> None:
        """Before its code runs. Without a network of its own it has all of this machine's already."""
        if not self._folder.network.exists():
            return
        if outside.port:
            await forward(self._folder.network, outside.host, outside.port)
        if outside.lan:
            await self._link.order("open_lan")

    async def _fill(self, contents: Contents) -> dict[str, str | None]:
        """Lays the NodeServer's files where the launcher finds them, and says where."""
        try:
            await asyncio.to_thread(self._folder.fill_app, contents)
            if contents.site and self._sandboxed:
                await asyncio.to_thread(self._folder.fill_site, contents.site)
            if contents.certificates:
                await asyncio.to_thread(self._folder.fill_certificates, contents.certificates)
        except OSError as error:
            raise WorkerError(f"the files of the NodeServer cannot be copied: {error}") from error
        site = self._folder.site if self._sandboxed else contents.site
        return {"app": str(self._app), "site": str(site) if contents.site else None}

    async def _until(self, happened: "asyncio.Future[None]", limit: float, otherwise: str) -> None:
        await self._first(happened, limit)
        if happened.done():
            return
        ended = f"it ended: {self._exit.result().text}" if self._exit.done() else otherwise
        raise RunFailed(
            f"run {self.id} failed: {self._refusal or ended}", hint="\n".join(self._journal.tail(LAST_WORDS))
        )

    async def _first(self, happened: "asyncio.Future[Any]", limit: float | None = None) -> None:
        """Waits until it has happened or the keeper has gone."""
        either: set[asyncio.Future[Any]] = {happened, self._task}
        await asyncio.wait(either, timeout=limit, return_when=asyncio.FIRST_COMPLETED)

    async def _follow(self) -> None:
        """Takes the keeper's events until it is gone, and with it the run."""
        try:
            async for event in self._link.events():
                await self._take(event)
        except KeeperLost as error:
            log.error("Run %s: %s", self.id, error)
        finally:
            self._journal.end()
        if self._detached:
            return
        await self._link.close()
        if not self._exit.done():
            if self._greeted.done():
                log.error("The keeper of run %s was lost. %s", self.id, self._folder.keeper_log())
            self._exit.set_result(Exit())
        await self._remove_folder()

    async def _take(self, event: Event) -> None:
        match event:
            case Hello():
                self._greet(event)
            case Ready(pid):
                self._pid = pid
                _settle(self._ready)
            case Assigned():
                _settle(self._assigned)
            case Refused(reason):
                self._refusal = reason
                await self._link.order("end", grace=0)
            case Line(number, when, stream, text):
                self._journal.add(LogLine(number=number, time=when, stream=stream, text=text))
            case Gap(first, last):
                self._journal.add(gap(last, time.time(), last - first + 1))
            case Exited():
                self._journal.end()
                self._exit.set_result(self._exit_of(event))
                await self._link.order("taken")

    def _greet(self, hello: Hello) -> None:
        self._keeper, self._pid = hello.keeper, hello.pid
        _settle(self._greeted)
        if hello.ready:
            _settle(self._ready)
        if hello.assigned:
            _settle(self._assigned)

    def _exit_of(self, event: Exited) -> Exit:
        # A sandbox's own process tells a signal as a shell does: 128 and the signal's number.
        if self._sandboxed and event.code is not None and 128 < event.code <= 128 + signal.NSIG:
            return Exit(None, event.code - 128, event.out_of_memory, event.ended_for)
        return Exit(event.code, event.signal, event.out_of_memory, event.ended_for)

    def _kill_keeper(self) -> None:
        if self._keeper is not None:
            with suppress(ProcessLookupError):
                os.kill(self._keeper, signal.SIGKILL)

    async def _remove_folder(self) -> None:
        """The keeper has done it, unless it was killed."""
        await remove_groups(self._sandbox.groups(self.id))
        try:
            await asyncio.to_thread(self._folder.remove)
        except OSError as error:
            log.error("The folder of run %s cannot be removed: %s", self.id, error)


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
