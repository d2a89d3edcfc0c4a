"""Versions out of git repositories on this machine, fetched by the real git in the sandbox that there is."""

import base64
import json
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from pgc.bundles.errors import SourceError
from pgc.bundles.git import Git
from pgc.bundles.git_url import read_git_url
from pgc.bundles.source import SourceLimits
from pgc.bundles.ssh_keys import SshKeys
from pgc.sandbox.contract import Confined, Sandbox
from pgc.sandbox.unconfined import Unconfined
from pgc.secrets.authority import Authority

from .repositories import Repository

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


class Taker:
    """Takes versions into folders of their own; `said` is what was told."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.said: list[str] = []
        self.sandbox = sandbox
        self._folder = folder
        self._number = 0

    async def take(self, url: str, ref: str = "", limits: SourceLimits | None = None) -> tuple[Path, str]:
        git = Git(self.sandbox, SshKeys(self._folder / "ssh"), limits)
        self._number += 1
        work = self._folder / f"take-{self._number}"
        work.mkdir()
        return await git.take(read_git_url(url), ref, work, self.said.append)


@pytest.fixture
def taker(sandbox: Sandbox, tmp_path: Path) -> Taker:
    return Taker(sandbox, tmp_path)


async def test_a_link_that_git_was_made_to_leave_is_not_followed(
    repository: Repository, taker: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"server.json": "1"})
    program = tmp_path / "overcome.py"
    program.write_text("import os\nos.symlink('/etc', 'tree')\nopen('commit', 'w').write('0' * 40)\n")
    monkeypatch.setattr("pgc.bundles.git.PROGRAM", program)
    with pytest.raises(SourceError, match="something else than a version"):
        await taker.take(repository.url)


async def test_branches_tags_and_commits(repository: Repository, taker: Taker) -> None:
    first = repository.commit({"server.json": "1", "sub/a.py": "a"})
    repository.tag("v1")
    second = repository.commit({"server.json": "2"})
    beta = repository.commit({"server.json": "beta"}, branch="beta")
    for ref, commit, content in (
        ("", second, "2"),
        ("main", second, "2"),
        ("v1", first, "1"),
        ("beta", beta, "beta"),
        (first, first, "1"),
        (first[:9], first, "1"),
    ):
        folder, taken = await taker.take(repository.url, ref)
        assert (taken, (folder / "server.json").read_text()) == (commit, content), ref
        assert {path.name for path in folder.iterdir()} == {"server.json", "sub"}, "no .git"


@pytest.mark.parametrize("ref", ["nothing", "f" * 40, "abcdef123"])
async def test_versions_that_are_not_there(repository: Repository, taker: Taker, ref: str) -> None:
    repository.commit({"a": "1"})
    with pytest.raises(SourceError, match=r"it has no (such )?branch, tag or commit"):
        await taker.take(repository.url, ref)


async def test_a_place_without_a_repository_is_not_shown_to_git(taker: Taker, tmp_path: Path) -> None:
    for url in (f"file://{tmp_path}", "file:///nowhere/at/all"):
        with pytest.raises(SourceError, match="no repository is there"):
            await taker.take(url)


async def test_nothing_of_a_repository_is_run_and_no_filter_changes_it(
    repository: Repository, taker: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks of the server's side, filters and textconv that a machine's configuration may define, submodules."""
    trace = tmp_path / "trace"
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f'[filter "lfs"]\n smudge = touch {trace}\n[core]\n fsmonitor = touch {trace}\n')
    monkeypatch.setenv("HOME", str(home))
    for name in ("post-checkout", "reference-transaction", "pre-receive", "post-index-change"):
        (repository.bare / "hooks").mkdir(exist_ok=True)
        (repository.bare / "hooks" / name).write_text(f"#!/bin/sh\ntouch {trace}\n")
    other = Repository(tmp_path / "other")
    other.commit({"b": "b"})
    files = {".gitattributes": "*.bin filter=lfs\n", "big.bin": "version https://git-lfs.github.com/spec/v1\n"}
    repository.commit({**files, ".gitmodules": f'[submodule "s"]\n path = s\n url = {other.url}\n'})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{other.git('rev-parse', 'HEAD')},s")
    repository.git("commit", "--quiet", "--message", "with a submodule")
    repository.push("main")
    for hook in (repository.bare / "hooks").iterdir():
        hook.chmod(0o755)
    folder, _ = await taker.take(repository.url)
    assert (folder / "big.bin").read_text().startswith("version https://git-lfs")
    assert not (folder / "s" / "b").exists()
    assert not trace.exists()
    assert "warning: 1 submodules are left out" in taker.said


async def test_too_much_is_refused_before_it_is_written(repository: Repository, taker: Taker, tmp_path: Path) -> None:
    repository.commit({f"{number}": "" for number in range(30)} | {"large": "x" * 3_000_000})
    for limits in (SourceLimits(entries=20), SourceLimits(bytes=2 * 1024 * 1024)):
        with pytest.raises(SourceError, match="it holds more than"):
            await taker.take(repository.url, limits=limits)
    assert not any((path / "tree").exists() and any((path / "tree").iterdir()) for path in tmp_path.glob("take-*"))


async def test_a_bomb_of_trees_is_not_unfolded(repository: Repository, taker: Taker) -> None:
    """Ten folders, each ten times the same, six deep: a million folders in some hundred bytes."""
    repository.commit({"a": "1"})
    tree = repository.git("mktree", data="")
    for _ in range(6):
        tree = repository.git("mktree", data="".join(f"040000 tree {tree}\td{number}\n" for number in range(10)))
    commit = repository.git("commit-tree", tree, "-m", "bomb")
    repository.git("update-ref", "refs/heads/bomb", commit)
    repository.push("bomb")
    with pytest.raises(SourceError, match="it holds more than 10000 files"):
        await taker.take(repository.url, "bomb")


async def test_where_git_is_not_installed(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SourceError, match="git is not installed"):
        await taker.take("https://git.example/a.git")


async def test_a_login_reaches_its_host_and_shows_nowhere(
    taker: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})

    async with tls_server(answer, tmp_path, monkeypatch) as url:
        taker.sandbox = watched = Watched()
        login = url.replace("https://", "https://me:s3cret@")
        with pytest.raises(SourceError, match="login") as caught:
            await taker.take(f"{login}/a.git")
    assert seen[0] == f"Basic {base64.b64encode(b'me:s3cret').decode()}"
    assert watched.commands
    told = json.dumps([str(caught.value), caught.value.hint, taker.said, watched.commands])
    assert "s3cret" not in told
    assert base64.b64encode(b"me:s3cret").decode() not in told


async def test_a_redirect_to_another_way_is_not_followed(
    repository: Repository, taker: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"a": "1"})

    async def answer(request: web.Request) -> web.Response:
        raise web.HTTPFound(f"http://127.0.0.1:1{request.rel_url}")

    async with tls_server(answer, tmp_path, monkeypatch) as url:
        taker.sandbox = Unconfined("the server is on this machine's loopback")
        with pytest.raises(SourceError, match=r"(?i)protocol|redirect"):
            await taker.take(f"{url}/a.git")


def test_ssh_asks_nothing_and_knows_only_what_was_laid_there(tmp_path: Path) -> None:
    for name in ("id_ed25519", "id_ed25519.pub", "id_deploy", "known_hosts", "config"):
        (tmp_path / name).write_text("")
    keys = SshKeys(tmp_path)
    command = keys.command()
    assert command.startswith("ssh -F /dev/null ")
    assert "BatchMode=yes" in command
    assert "StrictHostKeyChecking=yes" in command
    assert f"{tmp_path / 'known_hosts'}" in command
    assert [word for word in command.split() if word.startswith(str(tmp_path / "id_"))] == [
        str(tmp_path / "id_deploy"),
        str(tmp_path / "id_ed25519"),
    ]
    assert {str(mount.at or mount.source) for mount in keys.mounts()} == {str(tmp_path), "/etc/passwd"}


@pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")
async def test_ssh_works_in_the_sandbox(taker: Taker) -> None:
    """As far as to the server, which is not there: ssh runs for a user that it knows."""
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 port 1: Connection refused"):
        await taker.take("ssh://git@127.0.0.1:1/a.git")


class Watched:
    """The server is on this machine's loopback, so nothing isolates; it remembers what is run, and how."""

    isolated, networked, remedy, reason, facts = False, False, "", "", ()

    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def wrap(self, confined: Confined) -> list[str]:
        self.commands.append(Unconfined("").wrap(confined))
        return self.commands[-1]

    def groups(self, name: str) -> list[str]:
        return []


@asynccontextmanager
async def tls_server(
    answer: Callable[[web.Request], Awaitable[web.Response]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """An https server of this machine; git is told of its authority as an operator tells of one."""
    authority = Authority.load(folder / "authority.pem")
    (folder / "ca.pem").write_bytes(authority.certificate)
    credentials = authority.for_server(["127.0.0.1"])
    (folder / "server.pem").write_bytes(credentials.key + credentials.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
