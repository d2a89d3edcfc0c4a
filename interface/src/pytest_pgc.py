"""The pytest plugin of the SDK: the fixture `platform`. It imports the SDK only for tests that ask for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Iterator

import pytest

if TYPE_CHECKING:
    from pgc_interface.testing import Platform


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("pgc_dialect", "the SDK that the NodeServer imports: pgc or polyinterface", default="pgc")


def pytest_configure(config: pytest.Config) -> None:
    """The NodeServer imports what it would find in a worker: the dialect, and the modules of its folder if the tests
    are run from there."""
    dialect = config.getini("pgc_dialect")
    if dialect != "pgc":
        _enter(dialect)
    root = config.rootpath
    if (root / "server.json").is_file() and str(root) not in sys.path:
        sys.path.insert(0, str(root))


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A platform that runs NodeServers in this process, and stops them at the end of the test."""
    from pgc_interface.testing import Platform

    with Platform() as made:
        yield made


def _enter(dialect: str) -> None:
    from pgc_interface import dialects

    try:
        dialects.enter(dialect)
    except ValueError as error:
        raise pytest.UsageError(f"pgc_dialect: {error}") from error
