"""Takes one version out of a git repository; a program of its own: ``python -I -S … URL REF ENTRIES BYTES``.

What a repository holds, and what its server says, is a stranger's, so the platform has this done in a sandbox, in an
empty folder. There it leaves ``tree`` and ``commit``. Only plumbing is used: it knows no hooks, and submodules stay
empty folders. How git is to behave otherwise stands in the environment that it is given. Standard library only.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

REPOSITORY, TREE, COMMIT = "repository", "tree", "commit"
_COMMIT_LIKE = re.compile("[0-9a-f]{7,64}")
_EVERYTHING = ("+refs/heads/*:refs/found/heads/*", "+refs/tags/*:refs/found/tags/*")
_SUBMODULE = "160000"
_CHUNK = 64 * 1024


def main(url: str, ref: str, most_entries: int, most_bytes: int) -> None:
    os.mkdir(TREE)
    _git("init", "--quiet", "--template=")
    commit = _fetch(url, ref)
    if commit is None:
        sys.exit("error: " + (f"it has no branch, tag or commit {ref}" if ref else "it has no commit yet"))
    _check(commit, most_entries, most_bytes)
    _git("read-tree", commit)
    _git("checkout-index", "--all", "--force")
    with open(COMMIT, "x") as file:
        file.write(commit)


def _fetch(url: str, ref: str) -> "str | None":
    """As little as the server gives: one commit; all of it only to find one by its number."""
    shallow = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", url, ref or "HEAD")
    if not _COMMIT_LIKE.fullmatch(ref):
        _git(*shallow)
        return _commit("FETCH_HEAD")
    if _tries(*shallow):
        return _commit("FETCH_HEAD")
    _git("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--", url, *_EVERYTHING)
    return _commit(ref)


def _commit(name: str) -> "str | None":
    argv = _argv("rev-parse", "--verify", "--quiet", name + "^{commit}")
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True).stdout.strip() or None


def _check(commit: str, most_entries: int, most_bytes: int) -> None:
    """Counts before anything is written: a few kilobytes of trees can name millions of files."""
    size = submodules = 0
    process = subprocess.Popen(_argv("ls-tree", "-r", "-t", "-l", "-z", commit), stdout=subprocess.PIPE)
    for entries, record in enumerate(_records(process), start=1):
        mode, _, _, length = record.partition(b"\t")[0].decode("ascii").split()
        size += int(length) if length.isdigit() else 0
        submodules += mode == _SUBMODULE
        if entries > most_entries or size > most_bytes:
            process.kill()
            sys.exit(f"error: it holds more than {most_entries} files or {most_bytes // 1024 // 1024} MiB")
    if process.wait() != 0:
        sys.exit("error: its list of files cannot be read")
    if submodules:
        sys.stdout.write(f"warning: {submodules} submodules are left out\n")


def _records(process: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    assert process.stdout is not None  # noqa: S101 (for the type checker)
    rest = b""
    while chunk := process.stdout.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


def _git(*words: str) -> None:
    code = subprocess.call(_argv(*words))
    if code != 0:
        sys.exit(code)  # git has said why


def _tries(*words: str) -> bool:
    return subprocess.call(_argv(*words), stderr=subprocess.DEVNULL) == 0


def _argv(*words: str) -> "list[str]":
    return ["git", f"--git-dir={os.path.abspath(REPOSITORY)}", f"--work-tree={os.path.abspath(TREE)}", *words]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
