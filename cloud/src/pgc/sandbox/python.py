"""The interpreter that confined programs run on: the one below the platform's own virtual environment."""

import os
import sys
from functools import cache
from pathlib import Path


@cache
def interpreter() -> Path:
    """The real file of the base interpreter."""
    program: str = getattr(sys, "_base_executable", None) or sys.executable
    return Path(os.path.realpath(program))


@cache
def prefix() -> Path:
    """The folder that holds the interpreter and its standard library, and nothing of a home around it."""
    return Path(os.path.realpath(sys.base_prefix))
