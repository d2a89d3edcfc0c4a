"""The runtime `process`: runs are processes of this machine, in the sandbox that it can have."""

import asyncio
import logging
import subprocess
from pathlib import Path

from pgc.sandbox.contract import Confined, Limits, Mount, Sandbox
from pgc.sandbox.python import interpreter, prefix
from pgc.workers.errors import WorkerError
from pgc.workers.folder import RunFolder, RunFolders
from pgc.workers.keeper import __main__ as keeper_program
from pgc.workers.keeper_link import KeeperLink
from pgc.workers.process_run import ProcessRun

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds a run goes on without a platform."""
STARTING = 20.0
"""Seconds for a keeper to listen, and to answer."""
LEFTOVER_GRACE = 5.0
KEEPER = Path(keeper_program.__file__)
LAUNCHER = Path("pgc_interface", "launcher.py")
SEARCHED = ("/usr/local/bin", "/usr/bin", "/bin")


class ProcessRuntime:
    """`run_folder` is where runs live, `sdk` the folder that they see as SDK, and that of `broker_socket` they see too.

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
    ) -> None:
        self.sandbox = sandbox
        self._folders = RunFolders(run_folder)
        self._sdk = sdk
        self._limits = limits or Limits()
        self._patience = patience
        self._shown = [Mount(broker_socket.parent)] if broker_socket else []

    async def spawn(self) -> ProcessRun:
        folder = self._folders.new()
        run = ProcessRun(folder, await _keeper(folder), sandboxed=self.sandbox.isolated)
        try:
            confined = self._confined(folder)
            await run.start(self.sandbox.wrap(confined), dict(confined.environment), self._patience)
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
        run = ProcessRun(folder, link, sandboxed=self.sandbox.isolated)
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
        folder = self._folders.of(run_id)
        try:
            if folder is not None:
                await asyncio.to_thread(folder.remove)
        except OSError as error:
            log.warning("The folder of the old run %s cannot be removed: %s", run_id, error)

    def _confined(self, folder: RunFolder) -> Confined:
        launcher = self._sdk / LAUNCHER
        return Confined(
            argv=(str(interpreter()), "-I", "-S", "-X", "utf8", str(launcher)),
            cwd=folder.app,
            environment=_environment(folder),
            mounts=(
                Mount(self._sdk),
                Mount(folder.site),
                *(mount for mount in self._shown if mount.source.is_dir()),
                *(Mount(part, writable=True) for part in (folder.app, folder.tmp, folder.home)),
            ),
            limits=self._limits,
        )


def _environment(folder: RunFolder) -> dict[str, str]:
    """All that a run finds: nothing of the platform's own."""
    return {
        "PATH": ":".join(dict.fromkeys((str(prefix() / "bin"), *SEARCHED))),
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
