"""The user's settings, with a plain word where they are odd."""

import tomllib
from typing import Any

from pydantic import ValidationError

from pgc.cli.errors import CommandError
from pgc.settings import Settings


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
