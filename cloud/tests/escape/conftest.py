"""What the scenes of all modules stand on."""

import asyncio
from pathlib import Path

import pytest

from pgc.sandbox.contract import Sandbox
from pgc.sandbox.probe import probe
from pgc.workers.sdk import prepare_sdk


@pytest.fixture(scope="session")
def isolated() -> Sandbox:
    sandbox = asyncio.run(probe())
    if not sandbox.isolated:
        pytest.skip(sandbox.reason)
    return sandbox


@pytest.fixture(scope="session")
def laid_out_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has the SDK in it already."""
    folder = tmp_path_factory.mktemp("laid-out")
    asyncio.run(prepare_sdk(folder))
    return folder
