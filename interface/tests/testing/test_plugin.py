"""The plugin as an author meets it: pytest, run from a NodeServer's folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs" / "testing.md"
FAILS = """

def test_that_fails(platform):
    museum = platform.start(Controller)
    assert museum.driver("controller", "GV1") == "7"
"""
ON_PREMISES = """
import polyinterface

def test_that_holds(platform):
    mine = platform.start(polyinterface.Controller)
    assert isinstance(mine.controller.drivers, list)
"""


def run_pytest(folder: Path) -> str:
    """What pytest prints when an author runs the tests of this NodeServer."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_CORE"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "tests"]
    ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    return ended.stdout + ended.stderr


def write_tests(folder: Path, text: str) -> None:
    (folder / "tests").mkdir()
    (folder / "tests" / "test_mine.py").write_text(text)


def test_the_example_of_the_docs_holds_and_what_fails_is_shown(folder: Path) -> None:
    nodes, tests, *_ = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "server.json").write_text('{"name": "Museum"}')
    (folder / "nodes.py").write_text(nodes)
    write_tests(folder, tests + FAILS)
    said = run_pytest(folder)
    assert "1 failed, 1 passed" in said, said
    assert "AssertionError: assert '0' == '7'" in said


def test_a_nodeserver_of_the_on_premises_dialect_finds_its_sdk(folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\npgc_dialect = polyinterface\n")
    write_tests(folder, ON_PREMISES)
    said = run_pytest(folder)
    assert "1 passed" in said, said
    (folder / "pytest.ini").write_text("[pytest]\npgc_dialect = klingon\n")
    assert "'klingon' is not a valid Dialect" in run_pytest(folder)
