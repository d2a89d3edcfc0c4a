import shutil
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


async def test_each_part_is_told_with_its_reason() -> None:
    sandbox = await probe()
    if not sandbox.isolated:
        pytest.skip(sandbox.reason)
    facts = {fact.name: fact for fact in sandbox.facts}
    assert list(facts) == ["namespaces", "network", "system calls", "limits", "user"]
    assert facts["network"].holds == sandbox.networked
    assert all(fact.reason for fact in facts.values())
    lacking = [fact.reason for fact in facts.values() if not fact.holds]
    assert all(reason in sandbox.reason for reason in lacking)


async def test_without_slirp4netns_the_network_is_shared_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = shutil.which("bwrap") or pytest.skip("bubblewrap is not installed")
    (tmp_path / "bwrap").symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox = await probe()
    if not sandbox.isolated:
        pytest.skip(sandbox.reason)
    assert not sandbox.networked
    assert "network: it is shared with this machine: install slirp4netns" in sandbox.reason


async def test_a_slirp4netns_that_does_not_work_is_told_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = shutil.which("bwrap") or pytest.skip("bubblewrap is not installed")
    (tmp_path / "bwrap").symlink_to(program)
    slirp = tmp_path / "slirp4netns"
    slirp.write_text("#!/bin/sh\necho 'open(/dev/net/tun): Permission denied' >&2\nexit 1\n")
    slirp.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox = await probe()
    if not sandbox.isolated:
        pytest.skip(sandbox.reason)
    assert not sandbox.networked
    assert "open(/dev/net/tun): Permission denied" in sandbox.reason


async def test_other_systems_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    sandbox = await probe()
    assert (sandbox.isolated, sandbox.reason) == (False, "not isolated: bubblewrap needs Linux, this is darwin")
