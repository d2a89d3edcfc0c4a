import platform
import sys
from pathlib import Path

import pytest

from pgc.sandbox.errors import InterpreterError
from pgc.sandbox.interpreter import ask_interpreter


async def test_it_says_what_it_is_and_what_it_needs() -> None:
    python = await ask_interpreter(Path(sys.executable))
    assert platform.python_version() in python.identity
    assert sys.implementation.name in python.identity
    assert Path(sys.base_prefix) in python.folders


@pytest.mark.parametrize("program", ["/nowhere/python3", "/bin/true", "/"])
async def test_what_is_no_python(program: str) -> None:
    with pytest.raises(InterpreterError, match=f"the Python {program} cannot be used") as caught:
        await ask_interpreter(Path(program))
    assert caught.value.hint
