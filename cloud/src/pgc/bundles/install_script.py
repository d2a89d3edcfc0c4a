"""The install script that server.json names: it is not run yet, and where that matters it is said."""

import re
from pathlib import Path

LARGEST = 64 * 1024
_PIP = r"(sudo\s+)?(python3?\s+-m\s+)?pip3?\s+install(\s+(--user|--upgrade|-U))*\s+(-r|--requirement)\s+(\./)?"
_HARMLESS = re.compile(r"(#.*|set\s+-\w+|cd\s+\S+|exit(\s+0)?|)")


def unmet_script(source: Path, script: str, installed: str | None) -> str | None:
    """A line for people if the script does more than install the file that is `installed` anyway; else None."""
    if not script or not _does_more(source, script, installed):
        return None
    return f"{script} is not run yet; {installed or 'nothing'} is installed instead"


def _does_more(source: Path, script: str, installed: str | None) -> bool:
    path = (source / script).resolve()
    if not path.is_relative_to(source.resolve()) or not path.is_file():
        return False
    with path.open("rb") as file:
        lines = file.read(LARGEST).decode("utf-8", "replace").splitlines()
    return not all(_is_met(line.strip(), installed) for line in lines)


def _is_met(line: str, installed: str | None) -> bool:
    if _HARMLESS.fullmatch(line):
        return True
    return installed is not None and re.fullmatch(rf"{_PIP}{re.escape(installed)}(\s+--user)?", line) is not None
