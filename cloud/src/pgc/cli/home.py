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

SIMULATED = {"isy_listen_port": 0, "isy_callback_url": ""}
"""Settings for an ISY of this machine: it calls in at a free port, since that of the user's may be `pgc serve`'s."""
_PATIENCE = 10.0
"""Seconds that runs outlive a platform which nobody can start again."""


@asynccontextmanager
async def passing_platform(sandbox: Sandbox, **settings: Any) -> AsyncIterator[Platform]:
    """A platform whose data lives as long as the block; `settings` override the user's.

    The API's port is a free one: that of the settings belongs to `pgc serve`, which may run beside it.
    """
    await remove_leftovers(sandbox)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        ours = {"data_folder": Path(folder), "run_patience": _PATIENCE, "broker": "embedded", "api_port": 0}
        own = load_settings(**{**ours, **settings})
        async with Platform(own, sandbox) as platform:
            yield platform
