"""`pgc check` as an author runs it."""

import json
import shutil

from .conftest import EXAMPLES, Shell

BROKEN = "<nodeDefs>\n  <nodeDef id='controller'>\n</nodeDefs>\n"


def copy_of_weather(shell: Shell) -> str:
    """Outside the folder that must be empty afterwards, and removed with it."""
    return str(shutil.copytree(EXAMPLES / "weather", shell.state / "weather"))


def test_an_example_is_without_fault(shell: Shell) -> None:
    done = shell.run("check", str(EXAMPLES / "thermostat" / "server.json"), "--strict")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing is wrong.\n", "")


def test_warnings_are_told_and_strict_makes_them_errors(shell: Shell) -> None:
    folder = copy_of_weather(shell)
    with open(f"{folder}/profile/nls/en_us.txt", "a") as file:
        file.write("no key and no value\n")
    done = shell.run("check", folder)
    assert done.returncode == 0
    assert "profile/nls/en_us.txt:34: warning: this line has no KEY = VALUE" in done.stdout
    assert "\n    Begin comments with #.\n1 warning\n" in done.stdout
    strict = shell.run("check", folder, "--strict")
    assert strict.returncode == 1
    assert "profile/nls/en_us.txt:34: error: " in strict.stdout
    assert strict.stdout.endswith("\n1 error\n")


def test_one_json_object_a_finding_and_a_summary(shell: Shell) -> None:
    folder = copy_of_weather(shell)
    with open(f"{folder}/profile/nodedef/nodedefs.xml", "w") as file:
        file.write(BROKEN)
    done = shell.run("check", folder, "--json")
    finding, summary = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert {**finding, "time": 0} == {
        "type": "finding",
        "time": 0,
        "severity": "error",
        "file": "profile/nodedef/nodedefs.xml",
        "line": 3,
        "text": "it is not well-formed XML: mismatched tag",
        "mend": "Close every element, the innermost first.",
    }
    assert {**summary, "time": 0} == {"type": "summary", "time": 0, "ok": False, "errors": 1, "warnings": 0}


def test_a_folder_that_is_no_nodeserver(shell: Shell) -> None:
    done = shell.run("check", "/nowhere/at/all")
    assert done.returncode == 1
    assert "server.json: error: there is no server.json in /nowhere/at/all" in done.stdout
