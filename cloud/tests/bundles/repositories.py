"""Bare git repositories on this machine, as tests need them."""

import os
import subprocess
from pathlib import Path


class Repository:
    """`url` leads to a bare one; commits are made in a work tree beside it."""

    def __init__(self, folder: Path) -> None:
        self.work, self._bare = folder / "work", folder / "bare.git"
        self.work.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self._bare))

    @property
    def url(self) -> str:
        return f"file://{self._bare}"

    @property
    def bare(self) -> Path:
        return self._bare

    def commit(self, files: dict[str, str], *, branch: str = "main") -> str:
        """The new commit, on the server too."""
        self.git("checkout", "--quiet", "-B", branch)
        for name, content in files.items():
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.work / name).write_text(content)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "some work")
        self.push(branch)
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str) -> None:
        self.git("tag", "--annotate", "--message", name, name)
        self.push(name)

    def push(self, what: str) -> None:
        self.git("push", "--quiet", "--force", str(self._bare), what)

    def git(self, *words: str, data: str | None = None) -> str:
        who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        own = {"PATH": os.environ["PATH"], "HOME": str(self.work), "GIT_CONFIG_NOSYSTEM": "1", **who}
        done = subprocess.run(
            ["git", *words], cwd=self.work, env=own, input=data, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()
