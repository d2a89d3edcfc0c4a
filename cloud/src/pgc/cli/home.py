"""What `demo` and `run` stand on: a platform with a data folder of its own that is gone at the end, and an ISY."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pgc.cli.configured import load_settings
from pgc.cli.leftovers import PREFIX, remove_leftovers
from pgc.platform import Platform
from pgc.sandbox.contract import Sandbox

_PATIENCE = 10.0
"""Seconds that runs outlive a platform which nobody can start again."""


@asynccontextmanager
async def passing_platform(sandbox: Sandbox, **settings: Any) -> AsyncIterator[Platform]:
    """A platform whose data lives as long as the block; `settings` override the user's."""
    await remove_leftovers(sandbox)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        own = load_settings(data_folder=Path(folder), run_patience=_PATIENCE, broker="embedded", **settings)
        async with Platform(own, sandbox) as platform:
            yield platform
