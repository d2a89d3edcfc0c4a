"""NodeServers in JavaScript, installed by npm: what their packages' scripts reach."""

import shutil
from pathlib import Path

import pytest

from pgc.bundles.build import Builder
from pgc.sandbox.contract import Sandbox

from .conftest import MakeNodeServer

pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
PACKAGES = '{"name": "example", "version": "1.0.0", "scripts": {"preinstall": "echo planted >$npm_config_cache/it"}}'


@pytest.mark.timeout(180)
async def test_a_link_laid_into_the_downloads_leads_npm_nowhere(
    builder: Builder, sandbox: Sandbox, make_nodeserver: MakeNodeServer, tmp_path: Path
) -> None:
    """What an earlier version in Python left there must not become a folder of this machine that npm may write."""
    if not sandbox.isolated:
        pytest.skip("nothing is isolated here")
    secret, owner = tmp_path / "secret", Path("/the/same")
    secret.mkdir()
    script = f'ln -s {secret} "$UV_CACHE_DIR/npm"\n'
    first = make_nodeserver({"install.sh": script}, name="first", install_cloud="install.sh")
    await builder.build(first, print, owner=owner)
    second = make_nodeserver({"example.js": "", "package.json": PACKAGES}, type="node", executable="example.js")
    await builder.build(second, print, owner=owner)
    assert list(secret.iterdir()) == []
    assert list((tmp_path / "cache").glob("*/it")), "its own downloads it may write"
