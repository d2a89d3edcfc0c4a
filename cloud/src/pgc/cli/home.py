"""What `demo` and `run` stand on: a platform with a data folder of its own that is gone at the end, and an ISY."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pgc.platform import Platform
from pgc.sandbox.contract import Sandbox
from pgc.settings import Settings


@asynccontextmanager
async def passing_platform(sandbox: Sandbox, **settings: Any) -> AsyncIterator[Platform]:
    """A platform whose data lives as long as the block; `settings` override the user's."""
    with tempfile.TemporaryDirectory(prefix="pgc-") as folder:
        own = Settings(data_folder=Path(folder), **settings)
        async with Platform(own, sandbox) as platform:
            yield platform
