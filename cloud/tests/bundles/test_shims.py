"""What becomes of the words that install scripts give to pip, sudo and apt; that it works is in test_install_script."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc.bundles import shims

Call = Callable[..., "subprocess.CompletedProcess[str]"]
INSTEAD = {"pgc-interface": "ours", "polyinterface": "left out"}


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Calls a shim; in the place of uv a program says what it was given."""
    told = [sys.executable, "-I", "-c", "import json, sys; print(json.dumps(sys.argv[1:]))"]
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"uv": {name: [*told, name] for name in shims.COMMANDS}, "instead": INSTEAD}))
    (tmp_path / "ours.txt").write_text(
        "# the SDK\npgc_interface>=1.1.0\n\n-e git+https://x.invalid#egg=polyinterface\n"
    )
    (tmp_path / "more.txt").write_text("pgc_interface\nleaf\n")

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-I", "-S", shims.__file__, str(settings), *words]
        return subprocess.run(argv, cwd=tmp_path, env={**os.environ}, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    ("words", "for_uv"),
    [
        ("install leaf", "install leaf"),
        ("-v --no-color install --user -U leaf==1.0", "install -v -U leaf==1.0"),
        ("install -tlib --target=lib --prefix lib --src lib leaf", "install leaf"),
        ("install --progress-bar off --timeout=5 --retries 3 leaf", "install leaf"),
        ("install -rmore.txt -c pins.txt", "install -r more.txt -c pins.txt"),
        ("install --requirement=more.txt --no-deps", "install --requirements more.txt --no-deps"),
        ("install -e . -e git+https://x.invalid/y.git", "install -e . git+https://x.invalid/y.git"),
        ("install -i https://x.invalid --pre leaf", "install -i https://x.invalid --pre leaf"),
        ("install --platform any --abi=none leaf", "install leaf"),
        ("uninstall -y leaf other", "uninstall leaf other"),
        ("freeze", "freeze"),
    ],
)
def test_pips_words_become_those_that_uv_knows(call: Call, words: str, for_uv: str) -> None:
    assert json.loads(call("pip3", *words.split()).stdout.splitlines()[-1]) == for_uv.split()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("install pgc_interface", ["pgc-interface: ours"]),
        ("install PGC.Interface==1.1.9 poly_nterface -e git+https://x.invalid/#egg=polyinterface", None),
        ("install -r ours.txt", ["pgc-interface: ours", "polyinterface: left out"]),
        ("install", []),
        ("--version", ["pip: the platform's, which is uv"]),
        ("cache purge", ["not done: pip cache"]),
    ],
)
def test_where_nothing_is_left_to_do_uv_is_not_started(call: Call, words: str, said: list[str] | None) -> None:
    done = call("pip", *words.split())
    assert done.returncode == 0, done.stderr
    if said is None:
        assert done.stdout.splitlines()[:-1] == ["pgc-interface: ours", "polyinterface: left out"]
        assert json.loads(done.stdout.splitlines()[-1]) == ["install", "poly_nterface"]
    else:
        assert done.stdout.splitlines() == said


def test_what_would_leave_files_behind_fails_and_says_so(call: Call) -> None:
    done = call("pip", "download", "leaf")
    assert (done.returncode, "pip download is not done" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    ["echo done", "-H -E echo done", "-u root -g wheel echo done", "--preserve-env=PATH -- echo done", "A=1 echo done"],
)
def test_sudo_becomes_what_stands_behind_it(call: Call, words: str) -> None:
    assert call("sudo", *words.split()).stdout == "done\n"


def test_sudo_sets_what_it_is_told_to(call: Call) -> None:
    assert call("sudo", "A=1 2", "sh", "-c", 'echo "$A"').stdout == "1 2\n"
    assert call("sudo", "-v").returncode == 0
    assert call("sudo", "no-such-program").returncode == 127


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("apt-get update", ""),
        ("apt-get install -y ffmpeg", "not done: apt-get install -y ffmpeg: a NodeServer cannot install"),
        ("apk add git", "not done: apk add git: "),
        ("systemctl restart polyglot", "not done: systemctl restart polyglot: the platform alone"),
    ],
)
def test_package_managers_of_the_system_do_nothing_and_say_it(call: Call, words: str, said: str) -> None:
    done = call(*words.split())
    assert done.returncode == 0
    assert done.stdout.startswith(said)
    assert bool(done.stdout) is bool(said)
