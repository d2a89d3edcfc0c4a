"""What a NodeServer is made from: a folder, a zip, a version in a git repository; each becomes a folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pgc.bundles.archive import unpack
from pgc.bundles.errors import SourceError
from pgc.bundles.files import in_thread
from pgc.bundles.git import Git
from pgc.bundles.git_url import GitUrl, check_ref, read_git_url
from pgc.bundles.heard import Say
from pgc.bundles.store import BundleStore
from pgc.storage.records import SourceKind


@dataclass(frozen=True, slots=True)
class Source:
    """`place` is a folder, a URL without login, or what the zip was called; `upload` is the zip itself."""

    kind: SourceKind
    place: str
    ref: str = ""
    login: str = field(default="", repr=False)
    upload: Path | None = None

    @classmethod
    def folder(cls, path: Path) -> "Source":
        return cls(SourceKind.FOLDER, str(path))

    @classmethod
    def zip(cls, upload: Path, name: str) -> "Source":
        return cls(SourceKind.ZIP, name or "upload.zip", upload=upload)

    @classmethod
    def git(cls, url: str, ref: str = "") -> "Source":
        """
        Raises:
            SourceError: code is not taken from there, or nothing is called `ref`.
        """
        found = read_git_url(url)
        return cls(SourceKind.GIT, found.url, check_ref(ref), found.login)

    @property
    def name(self) -> str:
        """What a NodeServer is called until its own name is known."""
        if self.kind is SourceKind.GIT:
            return GitUrl(self.place).name
        return Path(self.place).name.removesuffix(".zip") or "NodeServer"


@dataclass(frozen=True, slots=True)
class Fetched:
    folder: Path
    commit: str = ""


class Fetcher:
    """What is fetched lies in a draft of the store, so that nothing stays of a platform that was killed meanwhile."""

    def __init__(self, store: BundleStore, git: Git) -> None:
        self._store = store
        self._git = git

    @asynccontextmanager
    async def fetched(self, source: Source, say: Say) -> AsyncIterator[Fetched]:
        """The source as a folder, for as long as the block lasts.

        Raises:
            SourceError: it cannot be had.
        """
        if source.kind is SourceKind.FOLDER:
            yield Fetched(Path(source.place))
            return
        try:
            draft = await in_thread(self._store.begin)
        except OSError as error:
            raise SourceError(f"nothing can be fetched: {error.strerror}") from error
        try:
            yield await self._fetch(source, draft.folder, say)
        finally:
            await in_thread(draft.close)

    async def _fetch(self, source: Source, work: Path, say: Say) -> Fetched:
        if source.kind is SourceKind.ZIP:
            if source.upload is None or not source.upload.exists():
                raise SourceError("the zip is not here any more", hint="Send it again.")
            return Fetched(await in_thread(unpack, source.upload, work / "tree"))
        say(f"fetching {source.ref or 'the default branch'} of {source.place}")
        folder, commit = await self._git.take(GitUrl(source.place, source.login), source.ref, work, say)
        say(f"commit {commit}")
        return Fetched(folder, commit)
