"""A version out of a git repository: fetched inside the sandbox, without hooks, submodules, filters or questions."""

import base64
import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pgc.bundles import git_checkout
from pgc.bundles.errors import SourceError
from pgc.bundles.files import in_thread
from pgc.bundles.git_url import COMMIT, GitUrl
from pgc.bundles.heard import Heard, Say
from pgc.bundles.index_settings import index_environment, index_hosts, index_mounts
from pgc.bundles.source import SourceLimits
from pgc.bundles.ssh_keys import SshKeys
from pgc.sandbox.contract import MIB, Access, Confined, Limits, Mount, Network, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
from pgc.sandbox.python import interpreter
from pgc.sandbox.reach import network_to

PROGRAM = Path(git_checkout.__file__)
TIME = 300.0
"""Seconds for one fetch."""
_LONGEST_COMMIT = 100
LIMITS = Limits(file_size=256 * MIB)
"""What is fetched is one file; a repository's past is left out where its server can do that."""
_CONFIG = """
[core]
    hooksPath = /dev/null
    attributesFile = /dev/null
    fsmonitor = false
    protectHFS = true
    protectNTFS = true
[transfer]
    unpackLimit = 1
[submodule]
    recurse = false
[gc]
    auto = 0
[safe]
    directory = *
[http]
    lowSpeedLimit = 500
    lowSpeedTime = 60
[uploadpack]
    allowAnySHA1InWant = true
"""
"""All the configuration there is: the machine's and a user's are not read. Filters, such as LFS, would stand there."""
_REASONS = (
    # what git says, what it means, what to do
    (
        "could not read Username",
        "it wants a login",
        "Give it one as https://USER:TOKEN@…, or check that there is such a repository.",
    ),
    ("Authentication failed", "its login was refused", "Check user and token, and that the token may read it."),
    ("couldn't find remote ref", "it has no such branch, tag or commit", "Check --ref."),
    ("Host key verification failed", "its ssh key is not known here", "Lay it in known_hosts: docs/installing.md."),
    ("Permission denied", "it refused our ssh key", "Lay one that it knows in the data folder: docs/installing.md."),
    ("Could not resolve host", "there is no such host, or no network", ""),
)


class Git:
    """`keys` are those for ssh; `allowed` bounds what a version may hold."""

    def __init__(
        self, sandbox: Sandbox, keys: SshKeys, allowed: SourceLimits | None = None, time: float = TIME
    ) -> None:
        self._sandbox = sandbox
        self._keys = keys
        self._allowed = allowed or SourceLimits()
        self._time = time

    async def take(self, git_url: GitUrl, ref: str, work: Path, say: Say) -> tuple[Path, str]:
        """The folder with the version's files, inside the empty folder `work`, and its commit.

        Raises:
            SourceError: it cannot be had; the text ends with git's own reason.
        """
        if shutil.which("git") is None:
            hint = "Install it (apt install git), or add the NodeServer as a zip or a folder."
            raise SourceError("git is not installed on the platform's machine", hint=hint)
        heard = Heard(say, work)
        confined = await in_thread(self._confined, git_url, ref, work)
        try:
            code = await execute(self._sandbox, confined, timeout=self._time, on_line=heard)
        except SandboxError as error:
            raise SourceError(f"{git_url.url} cannot be fetched: {error}", hint=error.hint) from error
        if code != 0:
            raise _failure(git_url, heard.reason(code))
        return await in_thread(_taken, work)

    def _confined(self, git_url: GitUrl, ref: str, work: Path) -> Confined:
        for name in ("home", "tmp"):
            (work / name).mkdir()
        (work / "config").write_text(_CONFIG)
        most = self._allowed
        keys = self._keys.mounts() if git_url.scheme == "ssh" else []
        return Confined(
            argv=(
                *(str(interpreter()), "-I", "-S", str(PROGRAM)),
                *(git_url.url, ref, str(most.entries), str(most.bytes)),
            ),
            cwd=work,
            environment=self._environment(git_url, work),
            mounts=(
                *(Mount(PROGRAM), Mount(work, writable=True), *index_mounts(os.environ), *keys),
                *((Mount(_path(git_url)),) if git_url.scheme == "file" else ()),
            ),
            limits=LIMITS,
            network=Network(Access.NONE) if git_url.scheme == "file" else network_to(_hosts(git_url)),
        )

    def _environment(self, git_url: GitUrl, work: Path) -> dict[str, str]:
        return {
            **_of_the_network(),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(work / "home"),
            "TMPDIR": str(work / "tmp"),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(work / "config"),
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": git_url.scheme,
            "GIT_SSH_COMMAND": self._keys.command(),
            **_login(git_url),
        }


def _hosts(git_url: GitUrl) -> set[str]:
    """Its owner named this one, wherever it is; proxies the operator."""
    host = git_url.url.partition("@")[2].partition(":")[0] if _is_scp(git_url) else urlsplit(git_url.url).hostname
    return {*index_hosts(os.environ), *([host] if host else [])}


def _is_scp(git_url: GitUrl) -> bool:
    return git_url.scheme == "ssh" and "://" not in git_url.url


def _of_the_network() -> dict[str, str]:
    """Proxies and authorities, as for packages; git has a name of its own for the latter."""
    found = index_environment(os.environ)
    authority = found.get("SSL_CERT_FILE")
    return found | ({"GIT_SSL_CAINFO": authority} if authority else {})


def _login(git_url: GitUrl) -> dict[str, str]:
    """For this host alone, and in the environment: a command line could be read by others."""
    if not git_url.login:
        return {}
    parts = urlsplit(git_url.url)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {base64.b64encode(git_url.login.encode()).decode()}",
    }


def _path(git_url: GitUrl) -> Path:
    """Nothing else of this machine is shown to git."""
    path = Path(unquote(urlsplit(git_url.url).path))
    if not (path / "HEAD").is_file() and not (path / ".git" / "HEAD").is_file():
        raise SourceError(f"{git_url.url} cannot be fetched: no repository is there on the platform's machine")
    return path


def _taken(work: Path) -> tuple[Path, str]:
    """What a repository has made of git may have left links, which would lead out of the sandbox."""
    tree, told = work / git_checkout.TREE, work / git_checkout.COMMIT
    if tree.is_symlink() or told.is_symlink() or not told.is_file():
        raise SourceError("git left something else than a version")
    with told.open() as file:
        commit = file.read(_LONGEST_COMMIT)
    if not COMMIT.fullmatch(commit):
        raise SourceError("git gave no commit")
    return tree, commit


def _failure(git_url: GitUrl, reason: str) -> SourceError:
    for sign, meaning, hint in _REASONS:
        if sign in reason:
            return SourceError(f"{git_url.url} cannot be fetched: {meaning}", hint=hint)
    return SourceError(f"{git_url.url} cannot be fetched: {reason.replace('fatal: ', '')}")
