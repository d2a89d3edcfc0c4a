"""From a NodeServer's folder to a bundle: read, copy, name, and, if that is not there yet, install."""

from dataclasses import dataclass
from pathlib import Path

from pgc.bundles.bounds import Bounds
from pgc.bundles.check import check_folder, judge
from pgc.bundles.dialect import Choice, choose_dialect, choose_for_javascript
from pgc.bundles.errors import BundleError
from pgc.bundles.files import in_thread
from pgc.bundles.heard import Say
from pgc.bundles.identity import bundle_id
from pgc.bundles.install import Installer
from pgc.bundles.install_script import find_script
from pgc.bundles.node import ask_node
from pgc.bundles.npm import FILE as PACKAGES
from pgc.bundles.overrides import VERSION, instead
from pgc.bundles.requirements import read_requirements
from pgc.bundles.server_file import NODE, ServerFile, read_server_file
from pgc.bundles.source import copy_source
from pgc.bundles.store import Bundle, BundleStore, Draft
from pgc.sandbox.contract import Sandbox
from pgc.sandbox.interpreter import Interpreter
from pgc.sandbox.pythons import AUTO, Pythons
from pgc.storage.records import Api
from pgc_interface.dialects import Dialect


@dataclass(frozen=True, slots=True)
class Built:
    """A bundle, and the dialect that it was made for."""

    bundle: Bundle
    choice: Choice


class Builder:
    """Builds bundles into a store."""

    def __init__(
        self, store: BundleStore, sandbox: Sandbox, *, cache: Path, pythons: Pythons, bounds: Bounds | None = None
    ) -> None:
        self._store = store
        self._sandbox = sandbox
        self._installer = Installer(sandbox, cache=cache, bounds=bounds)
        self._pythons = pythons

    async def build(
        self, folder: Path, say: Say, *, api: Api = Api.AUTO, python: str = AUTO, owner: Path | None = None
    ) -> Built:
        """Make the folder's NodeServer ready to start; `say` gets what happens, line by line.

        `api` is the dialect, and `python` the version, that it is to run in; what is installed may depend on them.
        `owner` stands for the folder where that is a passing one: who has the same one has the same cache.

        Raises:
            BundleError: it cannot be made ready; nothing of the attempt is left behind.
            InterpreterError: there is no such Python.
        """
        await in_thread(read_server_file, folder)  # before anything is copied: most wrong folders fail here
        chosen = await self._pythons.get(python)
        try:
            return await self._build(folder, chosen, say, api, owner or folder)
        except OSError as error:
            raise BundleError(f"the bundle cannot be written: {error.strerror or error}") from error

    async def _build(self, folder: Path, python: Interpreter, say: Say, api: Api, owner: Path) -> Built:
        draft = await in_thread(self._store.begin)
        try:
            await in_thread(copy_source, folder, draft.source)
            server_file = await in_thread(read_server_file, draft.source)
            if server_file.type == NODE:
                return await self._build_javascript(draft, server_file, owner=owner, say=say, api=api)
            program = server_file.executable
            choice = await choose_dialect(api, draft.source, program, sandbox=self._sandbox, python=python)
            name = await in_thread(bundle_id, draft.source, python.identity, VERSION, *choice.circumstances)
            if bundle := await in_thread(self._store.get, name):
                say(f"{server_file.name} is installed already")
                return Built(bundle, choice)
            judge(await in_thread(check_folder, draft.source), say)
            await self._install(draft, server_file, choice.dialect, owner=owner, python=python, say=say)
            server_file = await in_thread(read_server_file, draft.source)  # its script may have changed it
            return Built(await in_thread(self._store.keep, draft, name, server_file), choice)
        finally:
            await in_thread(draft.close)

    async def _build_javascript(
        self, draft: Draft, server_file: ServerFile, *, owner: Path, say: Say, api: Api
    ) -> Built:
        choice = choose_for_javascript(api)
        node = await ask_node()
        name = await in_thread(bundle_id, draft.source, node.identity, VERSION, *choice.circumstances)
        if bundle := await in_thread(self._store.get, name):
            say(f"{server_file.name} is installed already")
            return Built(bundle, choice)
        judge(await in_thread(check_folder, draft.source), say)
        if (draft.source / PACKAGES).is_file():
            say(f"installing {PACKAGES}")
            await self._installer.install_javascript(draft, node, owner=owner, say=say)
        else:
            say(f"nothing to install: there is no {PACKAGES}")
        return Built(await in_thread(self._store.keep, draft, name, server_file), choice)

    async def _install(
        self, draft: Draft, server_file: ServerFile, dialect: Dialect, *, owner: Path, python: Interpreter, say: Say
    ) -> None:
        script = await in_thread(find_script, draft.source, server_file.install_script(dialect))
        if script is not None:
            say(f"running {script}")
            await self._installer.run_script(draft, script, python=python, owner=owner, say=say, dialect=dialect)
            return
        requirements = await in_thread(read_requirements, draft.source, dialect)
        for name in requirements.left_out if requirements else ():
            say(instead(name, dialect))
        if requirements and requirements.wanted:
            say(f"installing {requirements.file}")
            await self._installer.install(draft, requirements, python=python, owner=owner, say=say, dialect=dialect)
        else:
            say("nothing to install")
