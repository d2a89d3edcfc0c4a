from pathlib import Path

import pytest

from pgc.sandbox.probe import probe

FORBIDDEN = """#!/bin/sh
echo "bwrap: No permissions to create a new namespace" >&2
exit 1
"""


async def test_without_bubblewrap_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox = await probe()
    assert not sandbox.isolated
    assert "apt install bubblewrap" in sandbox.reason


async def test_a_bubblewrap_that_may_not_is_told_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(FORBIDDEN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    sandbox = await probe()
    assert not sandbox.isolated
    assert "user namespaces" in sandbox.reason or "No permissions to create a new namespace" in sandbox.reason


async def test_what_is_not_isolated_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = await probe()
    assert ("network is still shared" in sandbox.reason) == sandbox.isolated


async def test_other_systems_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    sandbox = await probe()
    assert (sandbox.isolated, sandbox.reason) == (False, "not isolated: bubblewrap needs Linux, this is darwin")
