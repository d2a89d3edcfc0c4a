"""docs/security.md promises what is tried, and what is tried is promised there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent
NAMED = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")


def named() -> list[tuple[str, str]]:
    """File and test of every promise in the tables."""
    page = (TESTS.parent.parent / "docs" / "security.md").read_text()
    return NAMED.findall("".join(line for line in page.splitlines() if line.startswith("| ")))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    if file.is_file():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def test_every_test_that_is_named_exists() -> None:
    assert len(named()) > 50
    missing = [
        f"{file}::{test}"
        for file, test in named()
        if test not in {function.name for function in functions(TESTS / file)}
    ]
    assert missing == []


def test_every_test_here_keeps_a_promise() -> None:
    ours = {
        (f"escape/{file.name}", function.name)
        for file in HERE.glob("test_*.py")
        if file not in (Path(__file__), HERE / "test_attempts.py")
        for function in functions(file)
        if function.name.startswith("test_")
    }
    assert sorted(ours - set(named())) == []


def test_every_attempt_is_judged_by_a_test() -> None:
    attempts = {
        function.name
        for file in (HERE / "nodeserver").glob("*.py")
        for function in functions(file)
        if any(isinstance(decorator, ast.Name) and decorator.id == "attempt" for decorator in function.decorator_list)
    }
    assert len(attempts) > 80
    judged = {
        node.value
        for file in HERE.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(attempts - judged) == []
