"""The install script that server.json names: where it is, and how it is run whatever form its author gave it."""

import os
import shutil
from pathlib import Path

SHELLS = ("bash", "sh")
SEARCHED = "/usr/local/bin:/usr/bin:/bin"
"""The PATH inside; those folders are the machine's own."""
_SHEBANG = b"#!"


def find_script(source: Path, script: str) -> Path | None:
    """The script's path inside the folder; None where there is none."""
    if not script:
        return None
    home = source.resolve()
    try:
        path = (home / script).resolve()
        found = path.is_file()
    except (OSError, ValueError, RuntimeError):  # a null byte, a name too long, a loop of links
        return None
    return path.relative_to(home) if found and path.is_relative_to(home) else None


def make_runnable(path: Path) -> list[str]:
    """The command that runs it: itself, or a shell where it names no program or one that is not there.

    Its lines are ended as a shell wants them: on Windows they are not, and nothing of such a script would work.
    """
    content = path.read_bytes()
    path.chmod(0o755)
    if b"\0" in content:  # a program, not a script
        return [str(path)]
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    path.write_bytes(content)
    first = content.partition(b"\n")[0]
    program = first.removeprefix(_SHEBANG).split()[:1] if first.startswith(_SHEBANG) else []
    if program and os.path.isfile(os.fsdecode(program[0])):
        return [str(path)]
    return ["python3" if path.suffix == ".py" else _shell(), str(path)]


def _shell() -> str:
    return next((found for name in SHELLS if (found := shutil.which(name, path=SEARCHED))), "/bin/sh")
