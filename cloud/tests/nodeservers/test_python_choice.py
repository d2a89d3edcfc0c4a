"""The Python that an owner chooses: installed for, started on, kept, and refused where it is not there."""

import sys

import pytest

from pgc.sandbox.errors import InterpreterError
from pgc.sandbox.pythons import AUTO

from .conftest import Home
from .fake_run import MISSING_PYTHON

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
"""By its version it is the owner's choice all the same."""


async def test_a_start_is_on_the_chosen_one_and_it_is_kept(home: Home) -> None:
    nodeserver = await home.add()
    await home.start(nodeserver)
    await home.manager.stop(nodeserver.worker)
    await home.manager.choose_python(nodeserver.worker, OWN)
    await home.crash()
    await home.open()
    again = home.manager.get(nodeserver.worker)
    assert again.record.python == OWN
    home.runtime.pythons.clear()
    await home.start(again)
    assert home.runtime.pythons == [OWN]
    assert any(f"it is run on Python {OWN} in the dialect pgc" in entry.text for entry in again.journal.entries())


async def test_one_that_is_not_there_changes_nothing(home: Home) -> None:
    nodeserver = await home.add()
    before = nodeserver.record
    with pytest.raises(InterpreterError):
        await home.manager.choose_python(nodeserver.worker, MISSING_PYTHON)
    assert nodeserver.record == before
    assert before.python == AUTO
