"""What `demo` and `run` stand on: a platform with a data folder of its own that is gone at the end, and an ISY."""

import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pgc.cli.errors import CommandError
from pgc.platform import Platform
from pgc.sandbox.contract import Sandbox
from pgc.settings import Settings

_PATIENCE = 10.0
"""Seconds that runs outlive a platform which nobody can start again."""


def load_settings(**overrides: Any) -> Settings:
    """
    Raises:
        CommandError: a variable or the file holds something odd; the text names it.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        found = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise CommandError(f"odd settings: {'; '.join(found)}", hint="see PGC_* variables and pgc.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"pgc.toml cannot be read: {error}") from error


@asynccontextmanager
async def passing_platform(sandbox: Sandbox, **settings: Any) -> AsyncIterator[Platform]:
    """A platform whose data lives as long as the block; `settings` override the user's."""
    with tempfile.TemporaryDirectory(prefix="pgc-") as folder:
        own = load_settings(data_folder=Path(folder), run_patience=_PATIENCE, broker="embedded", **settings)
        async with Platform(own, sandbox) as platform:
            yield platform
