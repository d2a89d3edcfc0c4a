"""From a NodeServer's folder to a bundle: read, copy, name, and, if that is not there yet, install."""

from dataclasses import dataclass
from pathlib import Path

from pgc.bundles.check import check_folder, judge
from pgc.bundles.dialect import Choice, choose_dialect
from pgc.bundles.errors import BundleError
from pgc.bundles.files import in_thread
from pgc.bundles.heard import Say
from pgc.bundles.identity import bundle_id
from pgc.bundles.install import Installer
from pgc.bundles.install_script import unmet_script
from pgc.bundles.interpreter import Interpreter, ask_interpreter
from pgc.bundles.overrides import VERSION, instead
from pgc.bundles.requirements import read_requirements
from pgc.bundles.server_file import ServerFile, read_server_file
from pgc.bundles.source import copy_source
from pgc.bundles.store import Bundle, BundleStore, Draft
from pgc.sandbox.contract import Sandbox
from pgc.storage.records import Api
from pgc_interface.dialects import Dialect


@dataclass(frozen=True, slots=True)
class Built:
    """A bundle, and the dialect that it was made for."""

    bundle: Bundle
    choice: Choice


class Builder:
    """Builds bundles into a store, for one Python."""

    def __init__(self, store: BundleStore, sandbox: Sandbox, *, cache: Path, python: Path) -> None:
        self._store = store
        self._sandbox = sandbox
        self._installer = Installer(sandbox, cache=cache)
        self._python = python

    async def build(self, folder: Path, say: Say, *, api: Api = Api.AUTO) -> Built:
        """Make the folder's NodeServer ready to start; `say` gets what happens, line by line.

        `api` is the dialect that it is to run in; what is installed may depend on it.

        Raises:
            BundleError: it cannot be made ready; nothing of the attempt is left behind.
        """
        await in_thread(read_server_file, folder)  # before anything is copied: most wrong folders fail here
        python = await ask_interpreter(self._python)
        try:
            return await self._build(folder, python, say, api)
        except OSError as error:
            raise BundleError(f"the bundle cannot be written: {error.strerror or error}") from error

    async def _build(self, folder: Path, python: Interpreter, say: Say, api: Api) -> Built:
        draft = await in_thread(self._store.begin)
        try:
            await in_thread(copy_source, folder, draft.source)
            server_file = await in_thread(read_server_file, draft.source)
            program = server_file.executable
            choice = await choose_dialect(api, draft.source, program, sandbox=self._sandbox, python=python)
            name = await in_thread(bundle_id, draft.source, python.identity, VERSION, *choice.circumstances)
            if bundle := await in_thread(self._store.get, name):
                say(f"{server_file.name} is installed already")
                return Built(bundle, choice)
            judge(await in_thread(check_folder, draft.source), say)
            await self._install(draft, server_file, choice.dialect, owner=folder, python=python, say=say)
            return Built(await in_thread(self._store.keep, draft, name, server_file), choice)
        finally:
            await in_thread(draft.close)

    async def _install(
        self, draft: Draft, server_file: ServerFile, dialect: Dialect, *, owner: Path, python: Interpreter, say: Say
    ) -> None:
        requirements = await in_thread(read_requirements, draft.source, dialect)
        file = requirements.file if requirements else None
        if unmet := await in_thread(unmet_script, draft.source, server_file.install_script(dialect), file):
            say(unmet)
        for name in requirements.left_out if requirements else ():
            say(instead(name, dialect))
        if requirements and requirements.wanted:
            say(f"installing {requirements.file}")
            await self._installer.install(draft, requirements, python=python, owner=owner, say=say)
        else:
            say("nothing to install")
