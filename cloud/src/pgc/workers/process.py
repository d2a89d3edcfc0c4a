"""The runtime `process`: runs are processes of this machine, in the sandbox that it can have."""

import asyncio
import logging
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pgc.sandbox.cgroups import remove_groups
from pgc.sandbox.contract import Confined, Limits, Mount, Network, Sandbox
from pgc.sandbox.python import interpreter
from pgc.sandbox.pythons import AUTO
from pgc.workers.engines import Engine, Engines, own_engine, try_engine
from pgc.workers.errors import WorkerError
from pgc.workers.folder import RunFolder, RunFolders
from pgc.workers.keeper import __main__ as keeper_program
from pgc.workers.keeper.control import FILE as CONTROL
from pgc.workers.keeper_link import KeeperLink
from pgc.workers.process_run import Order, ProcessRun
from pgc.workers.runtime import Original

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds a run goes on without a platform."""
STARTING = 20.0
"""Seconds for a keeper to listen, and to answer."""
LEFTOVER_GRACE = 5.0
KEEPER = Path(keeper_program.__file__)
LAUNCHER = Path("pgc_interface", "launcher.py")
APP = Path("/app/nodeserver")
"""Where the original clients were written for: their certificates and logs lie beside it."""
SEARCHED = ("/usr/local/bin", "/usr/bin", "/bin")


class ProcessRuntime:
    """`run_folder` is where runs live, `sdk` the folder that they see as SDK, and that of `broker_socket` they see too.
    `engines` knows the Pythons besides the platform's own; `through` are addresses that all runs reach.

    Raises:
        RunFolderError: the run folder cannot be used.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        run_folder: Path,
        sdk: Path,
        *,
        limits: Limits | None = None,
        patience: float = PATIENCE,
        broker_socket: Path | None = None,
        engines: Engines | None = None,
        through: Sequence[str] = (),
    ) -> None:
        self.sandbox = sandbox
        self._folders = RunFolders(run_folder)
        self._own = own_engine(sdk)
        self._engines = engines
        self._limits = limits or Limits()
        self._patience = patience
        self._through = through
        self._shown = [Mount(broker_socket.parent)] if broker_socket else []

    async def prepare(self, python: str) -> None:
        engine = await self._engine(python)
        if engine is not self._own:
            await try_engine(engine, self.sandbox, python)

    async def spawn(self, original: Original | None = None, *, python: str = AUTO) -> ProcessRun:
        engine = await self._engine(python)
        folder = self._folders.new()
        keeper = await _keeper(folder)
        run = ProcessRun(folder, keeper, self.sandbox, app=APP if original else None)
        try:
            confined = self._confined(folder, engine)
            if original is not None:
                await asyncio.to_thread(folder.make_for_original)
                confined = _for_original(confined, folder, original)
            await run.start(self._order(confined))
        except BaseException:
            await run.end(0.0)
            raise
        return run

    async def attach(self, run_id: str) -> ProcessRun | None:
        folder = self._folders.of(run_id)
        if folder is None:
            return None
        try:
            link = await KeeperLink.connect(folder.socket)
        except OSError:
            return None
        run = ProcessRun(folder, link, self.sandbox)
        try:
            await run.greeted(STARTING)
        except WorkerError as error:
            log.warning("Run %s cannot be taken up again: %s", run_id, error)
            await run.detach()
            return None
        return run

    def known(self) -> list[str]:
        return self._folders.known()

    async def remove_leftovers(self, keep: set[str]) -> None:
        async with asyncio.TaskGroup() as group:
            for run_id in set(self.known()) - keep:
                group.create_task(self._remove(run_id), name=f"remove run {run_id}")

    async def _remove(self, run_id: str) -> None:
        run = await self.attach(run_id)
        if run is not None:
            await run.end(LEFTOVER_GRACE)
            return
        await remove_groups(self.sandbox.groups(run_id))
        folder = self._folders.of(run_id)
        try:
            if folder is not None:
                await asyncio.to_thread(folder.remove)
        except OSError as error:
            log.warning("The folder of the old run %s cannot be removed: %s", run_id, error)

    async def _engine(self, python: str) -> Engine:
        other = await self._engines.get(python) if self._engines and python != AUTO else None
        return other or self._own

    def _confined(self, folder: RunFolder, engine: Engine) -> Confined:
        return Confined(
            argv=(str(engine.program), "-I", "-S", "-X", "utf8", str(engine.sdk / LAUNCHER)),
            cwd=folder.app,
            environment=_environment(folder, engine),
            mounts=(
                *engine.mounts,
                Mount(folder.site),
                *(mount for mount in self._shown if mount.source.is_dir()),
                *(Mount(part, writable=True) for part in (folder.app, folder.tmp, folder.home)),
            ),
            limits=self._limits,
            network=Network(
                through=self._through,
                socket=folder.network,
                control=CONTROL if self.sandbox.networked else None,
            ),
            name=folder.id,
        )

    def _order(self, confined: Confined) -> Order:
        return Order(
            self.sandbox.wrap(confined),
            dict(confined.environment),
            self._patience,
            self.sandbox.groups(confined.name),
            confined.limits.disk,
            self.sandbox.networked,
        )


def _for_original(confined: Confined, folder: RunFolder, original: Original) -> Confined:
    """The same, with ``/app`` and the way to the door of the run."""
    return replace(
        confined,
        argv=(*confined.argv, str(folder.door), *original.program),
        cwd=APP,
        limits=replace(confined.limits, address_space=original.address_space or confined.limits.address_space),
        mounts=(
            *confined.mounts,
            *(Mount(place) for place in original.folders),
            Mount(folder.door.parent),
            Mount(folder.app, writable=True, at=APP),
            Mount(folder.certificates, at=APP.with_name("certs")),
            Mount(folder.logs, writable=True, at=APP.with_name("logs")),
            Mount(folder.site, at=APP.with_name("node_modules")),
        ),
    )


def _environment(folder: RunFolder, engine: Engine) -> dict[str, str]:
    """All that a run finds: nothing of the platform's own."""
    return {
        "PATH": ":".join(dict.fromkeys((str(engine.binaries), *SEARCHED))),
        "HOME": str(folder.home),
        "TMPDIR": str(folder.tmp),
        "LANG": "C.UTF-8",
        "TZ": ":/etc/localtime",
    }


async def _keeper(folder: RunFolder) -> KeeperLink:
    """A connection to a keeper that has just been started; cancelled, it waits until that keeper has gone again."""
    opening = asyncio.create_task(_open(folder), name=f"start the keeper of run {folder.id}")
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        await asyncio.wait({opening})
        if not opening.exception():
            await opening.result().dismiss()
        raise


async def _open(folder: RunFolder) -> KeeperLink:
    await asyncio.to_thread(_start_keeper, folder)
    try:
        return await KeeperLink.connect(folder.socket)
    except OSError as error:
        raise WorkerError(f"a keeper was started but does not answer: {error}") from error


def _start_keeper(folder: RunFolder) -> None:
    """Returns when the keeper listens."""
    try:
        folder.make()
        argv = (str(interpreter()), "-I", "-S", str(KEEPER), str(folder.path))
        subprocess.run(argv, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=STARTING, check=True)
    except subprocess.CalledProcessError as error:
        folder.remove()
        raise WorkerError(f"a keeper cannot be started: {error.stderr.decode(errors='replace').strip()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WorkerError(f"a keeper cannot be started: {error}") from error
