"""What `make setup` says when it cannot make the virtual environment."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def pretend_python(tmp_path: Path) -> Path:
    """A Python whose `venv` module is missing, as on a Debian without python3-venv."""
    program = tmp_path / "python"
    program.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *venv*) echo "No module named venv" >&2; exit 1;; *) exec {sys.executable} "$@";; esac\n'
    )
    program.chmod(0o755)
    return program


def make_venv(python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "tools/make-venv", python, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_without_the_venv_module_it_names_the_package_to_install(pretend_python: Path, tmp_path: Path) -> None:
    made = make_venv(str(pretend_python), tmp_path / "venv")
    assert made.returncode == 1
    assert f"apt install python{sys.version_info.major}.{sys.version_info.minor}-venv" in made.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("python", ["no-such-python", "false"])
def test_a_python_that_is_too_old_or_missing_is_named(python: str, tmp_path: Path) -> None:
    made = make_venv(python, tmp_path / "venv")
    assert made.returncode == 1
    assert f"needs Python 3.11 or newer, but '{python}' is" in made.stderr
    assert "make setup PYTHON=" in made.stderr
