"""`pgc demo`: the first thing that anyone sees of the project."""

import json
import os
import pty
import re
import subprocess

from .conftest import PGC, Shell, interrupt


def test_check_sees_nodes_values_and_a_command_and_tells_the_figures(shell: Shell) -> None:
    done = shell.run("demo", "--check")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    figures = json.loads(line)
    assert figures["ok"] is True
    assert figures["nodes"] == 6
    assert 0 < figures["ready_ms"] <= figures["first_node_ms"] <= figures["first_value_ms"]
    assert figures["command_ms"] > 0


def test_without_a_terminal_it_tells_changes_line_by_line_until_ctrl_c(shell: Shell) -> None:
    demo = shell.start("demo")
    assert demo.stdout is not None
    seen = ""
    for line in demo.stdout:
        seen += line
        if re.search(r"n001_r_livingroom ST = [\d.]+", seen) and "n002_air" in seen:
            break
    _, errors = interrupt(demo)
    assert demo.returncode == 0, errors
    assert "Simulated ISY  http://127.0.0.1:" in seen
    assert "API            http://127.0.0.1:" in seen
    assert "nothing is left behind" in errors


def test_on_a_terminal_it_shows_a_table_until_ctrl_c(shell: Shell) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TMPDIR": str(shell.temporary), "COLUMNS": "160", "LINES": "50", "TERM": "xterm"}
    demo = subprocess.Popen([PGC, "demo"], env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    screen = ""
    while not re.search(r"°C", screen):
        screen += os.read(ours, 65536).decode(errors="replace")
    demo.terminate()
    while True:
        try:
            screen += os.read(ours, 65536).decode(errors="replace")
        except OSError:  # the terminal is closed by its last process
            break
    os.close(ours)
    assert demo.wait(timeout=20) == 0
    assert "What the ISY sees" in screen
    assert "Living room" in screen
