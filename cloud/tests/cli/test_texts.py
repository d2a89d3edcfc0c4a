"""Texts of NodeServers on a terminal: they are read, and steer nothing."""

from pathlib import Path

from pgc.cli.texts import notice, shown

from .conftest import Shell

STEERS = """
import sys, pgc_interface
class Odd(pgc_interface.Controller):
    def start(self):
        print("title \\x1b]0;owned\\x07 and \\u202e", flush=True)
        self.addNotice({"login": "Please <b>log in</b> <a href='https://vendor.example/x?state=1'>here</a>\\x1b[2J"})
poly = pgc_interface.Interface()
poly.start()
Odd(poly).runForever()
"""


def test_what_would_steer_the_terminal_is_written_out() -> None:
    assert shown("a\x1b[2Jb\tc\x9b\u202e\rü") == "a\\x1b[2Jb\tc\\x9b\\u202e\\rü"


def test_a_notice_keeps_its_words_and_where_its_links_lead() -> None:
    html = "<p>Log&nbsp;in <a href='https://a.example/?b=1&amp;c=2'>here</a>,<br>then <b>wait</b>"
    assert notice(html) == "Log in here (https://a.example/?b=1&c=2), then wait"


def test_a_run_shows_both(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "steers"
    folder.mkdir()
    (folder / "server.json").write_text('{"name": "Odd", "type": "python3", "executable": "odd.py"}')
    (folder / "odd.py").write_text(STEERS)
    done = shell.run("run", str(folder), "--for", "3", "--trust")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "title \\x1b]0;owned\\x07 and \\u202e" in done.stdout
    assert "Please log in here (https://vendor.example/x?state=1)\\x1b[2J" in done.stdout
