"""Where runs live on disk: one folder each, ours alone, gone with the run."""

import os
import secrets
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pgc.sandbox.remove import remove_tree
from pgc.workers.errors import RunFolderError
from pgc.workers.keeper.__main__ import LOG, SOCKET
from pgc.workers.runtime import Contents

ID_LENGTH = 16
MOST_SOCKET_PATH = 100
"""Bytes; Linux allows 107 in a unix socket's path, macOS 103."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """``app`` is the NodeServer's own copy of its source, ``site`` its packages; all but ``site`` it may write."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def socket(self) -> Path:
        return self.path / SOCKET

    @property
    def network(self) -> Path:
        """The socket of what brings the run its network."""
        return self.path / "net.sock"

    @property
    def app(self) -> Path:
        return self.path / "app"

    @property
    def site(self) -> Path:
        return self.path / "site"

    @property
    def tmp(self) -> Path:
        return self.path / "tmp"

    @property
    def home(self) -> Path:
        return self.path / "home"

    @property
    def certificates(self) -> Path:
        return self.path / "certs"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def door(self) -> Path:
        """The unix socket by which an original client comes in; nothing else is in its folder."""
        return self.path / "door" / "mqtt"

    def make(self) -> None:
        self.path.mkdir(mode=0o700)
        for part in (self.app, self.site, self.tmp, self.home):
            part.mkdir(mode=0o700)

    def make_for_original(self) -> None:
        for part in (self.certificates, self.logs, self.door.parent):
            part.mkdir(mode=0o700)

    def fill_app(self, contents: Contents) -> None:
        """Copies the source. Links stay links: followed here, they could reach what the NodeServer may not see."""
        shutil.copytree(
            contents.source, self.app, symlinks=True, dirs_exist_ok=True, copy_function=_copy, ignore=_special
        )
        self.app.chmod(0o700)

    def fill_site(self, site: Path) -> None:
        """Shows the packages by hard links, which cost nothing, or by copies where there can be none."""
        shutil.copytree(site, self.site, symlinks=True, dirs_exist_ok=True, copy_function=_link, ignore=_special)

    def fill_certificates(self, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            (self.certificates / name).write_bytes(content)

    def keeper_log(self) -> str:
        """The keeper's own last words, if it had any."""
        try:
            return (self.path / LOG).read_text(errors="replace")[-2000:].strip()
        except OSError:
            return ""

    def remove(self) -> None:
        remove_tree(str(self.path))


class RunFolders:
    """The folder of all runs.

    Raises:
        RunFolderError: it is not ours alone, or too deep for a unix socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        _check_length(path)
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = path.lstat()
        except OSError as error:
            raise RunFolderError(f"the folder for runs, {path}, cannot be made: {error.strerror}") from error
        _check_ownership(path, status)

    def new(self) -> RunFolder:
        return RunFolder(self._path / secrets.token_hex(ID_LENGTH // 2))

    def of(self, run_id: str) -> RunFolder | None:
        return RunFolder(self._path / run_id) if _is_id(run_id) and (self._path / run_id).is_dir() else None

    def known(self) -> list[str]:
        return sorted(entry.name for entry in os.scandir(self._path) if _is_id(entry.name))


def _check_length(path: Path) -> None:
    longest = path / ("0" * ID_LENGTH) / SOCKET
    over = len(os.fsencode(longest)) - MOST_SOCKET_PATH
    if over > 0:
        raise RunFolderError(
            f"the path of the folder for runs, {path}, is {over} bytes too long for unix sockets",
            hint="Choose a data folder or TMPDIR with a shorter path.",
        )


def _check_ownership(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISDIR(status.st_mode):
        raise RunFolderError(f"the folder for runs, {path}, is not a folder but something else", hint="Remove it.")
    if status.st_uid != os.geteuid():
        raise RunFolderError(f"the folder for runs, {path}, belongs to another user", hint="Remove it or set TMPDIR.")
    if stat.S_IMODE(status.st_mode) != 0o700:
        mode = stat.S_IMODE(status.st_mode)
        raise RunFolderError(
            f"the folder for runs, {path}, is open to others (mode {mode:o})", hint=f"chmod 700 {path}"
        )


def _is_id(name: str) -> bool:
    return len(name) == ID_LENGTH and all(letter in "0123456789abcdef" for letter in name)


def _special(folder: str, names: list[str]) -> list[str]:
    """Pipes, sockets and devices are nobody's source; opening one could block for ever."""
    return [name for name in names if not _is_plain(os.lstat(os.path.join(folder, name)).st_mode)]


def _is_plain(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def _copy(source: str, target: str) -> None:
    shutil.copy2(source, target, follow_symlinks=False)
    os.chmod(target, stat.S_IMODE(os.stat(target).st_mode) | stat.S_IRUSR | stat.S_IWUSR)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target, follow_symlinks=False)
