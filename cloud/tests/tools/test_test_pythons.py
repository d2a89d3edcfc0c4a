"""What `make test-pythons` says when it cannot."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_python_that_is_not_there_is_named_beside_those_that_are() -> None:
    done = subprocess.run(
        [sys.executable, "tools/test-pythons", "2.7"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert here in done.stdout
    assert "There is no Python 2.7 here that the SDK supports; choose among:" in done.stderr
    assert here in done.stderr
