"""What a source says of the SDK that it needs: the shapes in which public NodeServers import theirs."""

import json
import subprocess
from pathlib import Path

import pytest

import pgc_interface
from pgc.bundles.dialect import PROGRAM
from pgc.bundles.imports import LARGEST, MOST_FILES, PGC_NAMES, look

GUARD = "try:\n    import polyinterface\nexcept ImportError:\n    import pgc_interface as polyinterface\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(folder: Path, **files: str) -> tuple[str | None, str | None]:
    """What the program ``ns.py`` needs and why; files are named without ``.py``."""
    for name, content in files.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    told = look("ns.py")
    return told["needs"], told["reason"]


@pytest.mark.parametrize(
    "source",
    [
        GUARD,
        GUARD.replace("ImportError", "ModuleNotFoundError"),
        GUARD.replace("except ImportError", "except"),
        GUARD.replace("except ImportError", "except (ImportError, AttributeError) as error"),
        f"{GUARD}LOGGER = polyinterface.LOGGER\nclass Home(polyinterface.Controller): pass\n",
        f"{GUARD}CLOUD = False\n".replace("as polyinterface\n", "as polyinterface\n    CLOUD = True\n"),
        "try:\n    from polyinterface import Node\nexcept ImportError:\n    from pgc_interface import Node\n"
        "class Light(Node): pass\n",
    ],
)
def test_an_import_that_is_guarded_is_for_the_cloud(here: Path, source: str) -> None:
    assert found(here, ns=source) == (None, "ns.py:4 imports pgc_interface where there is no polyinterface")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os, polyinterface\n", "ns.py:1 imports polyinterface and has nothing to use where that is missing"),
        ("from polyinterface import Node\n", "ns.py:1 imports polyinterface and has"),
        ("def main():\n    import polyinterface as poly\n", "ns.py:2 imports polyinterface and has"),
        (
            "try:\n    import polyinterface\nexcept ImportError:\n    raise SystemExit\n",
            "ns.py:2 imports polyinterface",
        ),
        (
            "try:\n    import polyinterface\nexcept KeyError:\n    import pgc_interface\n",
            "ns.py:2 imports polyinterface",
        ),
        (f"{GUARD}from polyinterface import LOG_HANDLER\n", "ns.py:5 imports polyinterface and has"),
        (
            f"{GUARD}handler = polyinterface.LOG_HANDLER\n",
            "ns.py:5 uses polyinterface.LOG_HANDLER, which pgc_interface",
        ),
        (
            "from pgc_interface import LOG_HANDLER\n",
            "ns.py:1 imports LOG_HANDLER from pgc_interface, which never had it",
        ),
    ],
)
def test_what_would_fail_in_the_cloud_is_for_on_premises(here: Path, source: str, reason: str) -> None:
    needs, why = found(here, ns=source)
    assert (needs, (why or "")[: len(reason)]) == ("polyinterface", reason)


LOG_HANDLER = """
try:
    from polyinterface import Controller, LOG_HANDLER, LOGGER
    CLOUD = False
except ImportError:
    from pgc_interface import Controller, LOGGER
    CLOUD = True
"""


def test_a_name_that_only_the_one_branch_imports(here: Path) -> None:
    used = f"{LOG_HANDLER}\nclass Home(Controller):\n    def start(self):\n        LOG_HANDLER.set_basic_config(True)\n"
    assert found(here, ns=used) == ("polyinterface", "ns.py:11 uses LOG_HANDLER, which it has from polyinterface only")


@pytest.mark.parametrize(
    "use",
    [
        "if not CLOUD:\n    LOG_HANDLER.set_basic_config(True)\n",
        "handler = None if CLOUD else LOG_HANDLER\n",
        "if CLOUD:\n    pass\nelse:\n    from polyinterface import Node\n",
        "",
    ],
)
def test_what_is_done_on_premises_only_needs_no_dialect(here: Path, use: str) -> None:
    assert found(here, ns=LOG_HANDLER + use)[0] is None


def test_a_name_that_is_made_where_it_is_missing(here: Path) -> None:
    source = LOG_HANDLER.replace("    CLOUD = True", "    LOG_HANDLER = None")
    assert found(here, ns=f"{source}if LOG_HANDLER:\n    LOG_HANDLER.set_basic_config(True)\n")[0] is None


def test_the_files_that_the_program_imports_count_and_others_do_not(here: Path) -> None:
    assert (
        found(here, ns=GUARD, **{"tests/home": "import polyinterface\n", "tool": "import polyinterface\n"})[0] is None
    )
    package = {"nodes/__init__": "from .Light import Light\n", "nodes/Light": "import polyinterface\n"}
    reason = "nodes/Light.py:1 imports polyinterface and has nothing to use where that is missing"
    assert found(here, ns=f"{GUARD}from nodes import Light\n", **package) == ("polyinterface", reason)


@pytest.mark.parametrize(
    ("imports", "file"),
    [
        ("import helpers", "helpers"),
        ("import package.helpers", "package/helpers"),
        ("from package import helpers", "package/helpers"),
        ("from package.inner.helpers import f", "package/inner/helpers"),
        ("from package import f", "package/__init__"),
    ],
)
def test_imports_are_followed_as_python_does(here: Path, imports: str, file: str) -> None:
    assert found(here, **{"ns": imports, file: "import polyinterface\n"})[0] == "polyinterface"


def test_a_program_in_a_folder_imports_its_neighbours(here: Path) -> None:
    found(here, **{"src/ns": "import beside, above\n", "src/beside": "", "above": "import polyinterface\n"})
    assert look("src/ns.py")["needs"] == "polyinterface"


def test_files_that_import_each_other_end(here: Path) -> None:
    assert found(here, ns="import other\n", other="import ns\nfrom . import other\nfrom .. import ns\n")[0] is None


def test_without_any_the_cloud_is_what_is_left(here: Path) -> None:
    assert found(here, ns="print('hello')\n") == (None, "nothing in it imports pgc_interface or polyinterface")
    assert found(here, ns="import pgc_interface\n") == (None, "ns.py:1 imports pgc_interface")


@pytest.mark.parametrize("source", ["print 'Python 2'\n", "\0", "(" * 5000, "x = " + "-" * 50_000 + "1"])
def test_what_is_no_python_is_left_out(here: Path, source: str) -> None:
    assert found(here, ns="import odd, fine\n", odd=source, fine="import polyinterface\n")[0] == "polyinterface"


def test_what_is_looked_at_is_bounded(here: Path) -> None:
    many = {f"m{number}": f"import m{number + 1}\n" for number in range(MOST_FILES + 1)}
    assert found(here, ns="import m0\n", **many, **{f"m{MOST_FILES + 1}": "import polyinterface\n"})[0] is None
    assert found(here, ns=" " * LARGEST + "\nimport polyinterface\n")[0] is None


def test_names_of_files_show_nothing_but_text(here: Path) -> None:
    (here / "odd\n\x1b[31m.py").write_text("import polyinterface\n")
    assert look("odd\n\x1b[31m.py")["reason"] == (
        "odd??[31m.py:1 imports polyinterface and has nothing to use where that is missing"
    )


def test_it_is_a_program_of_its_own(here: Path, base_python: Path) -> None:
    (here / "ns.py").write_text("import polyinterface\n")
    argv = [base_python, "-I", "-S", PROGRAM, "ns.py"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True)
    assert json.loads(done.stdout)["needs"] == "polyinterface"


def test_the_names_of_the_cloud_are_all_that_nodeservers_can_import() -> None:
    assert {name for name in pgc_interface.__all__ if not name.startswith("__")} == PGC_NAMES
