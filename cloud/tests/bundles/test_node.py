"""The Node.js of this machine: what it lacks is told in plain words, and what does not answer is not waited for."""

from pathlib import Path

import pytest

from pgc.bundles.errors import BundleError
from pgc.bundles.node import ask_node


@pytest.fixture
def binaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is on this machine's PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(binaries: Path, name: str, script: str = "exit 1") -> None:
    (binaries / name).write_text(f"#!/bin/sh\n{script}\n")
    (binaries / name).chmod(0o755)


async def test_without_node_it_says_what_is_missing_and_how_it_is_had(binaries: Path) -> None:
    with pytest.raises(BundleError, match=r"needs Node\.js, which is not installed") as caught:
        await ask_node()
    assert "apt install nodejs npm" in caught.value.hint


async def test_without_npm_it_says_so(binaries: Path) -> None:
    put(binaries, "node", "echo v20.0.0 linux x64")
    with pytest.raises(BundleError, match="needs npm, which is not installed"):
        await ask_node()


async def test_a_node_that_does_not_work_is_told(binaries: Path) -> None:
    for name in ("node", "npm"):
        put(binaries, name)
    with pytest.raises(BundleError, match=r"node is no Node\.js that works"):
        await ask_node()


async def test_a_node_that_does_not_answer_is_ended(binaries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgc.bundles.node.LIMIT", 0.0)
    put(binaries, "npm")
    put(binaries, "node", "exec /bin/sleep 1000")
    with pytest.raises(BundleError, match="does not answer: not in time"):
        await ask_node()


async def test_what_it_says_of_itself_tells_installs_apart(binaries: Path) -> None:
    put(binaries, "npm")
    put(binaries, "node", "echo v20.0.0 linux x64")
    assert (await ask_node()).identity == "node v20.0.0 linux x64"
