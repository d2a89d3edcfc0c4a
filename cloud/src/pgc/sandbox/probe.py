"""Finds the sandbox this machine can have, by running one once."""

import shutil
import sys
from pathlib import Path

from pgc.sandbox.bubblewrap import Bubblewrap
from pgc.sandbox.contract import Confined, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
from pgc.sandbox.python import interpreter
from pgc.sandbox.unconfined import Unconfined

LIMIT = 15.0
"""Seconds for one run of the probe."""
ANSWER = "confined"
TRIAL = 'true && exec "$0" -I -S -c "import os; print(os.getuid() != 0 and \'' + ANSWER + "')\""
FORBIDDEN = (
    # setting, the value that forbids, what to do
    ("kernel/unprivileged_userns_clone", "0", "sudo sysctl kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "sudo sysctl user.max_user_namespaces=15000"),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap",
    ),
)


async def probe() -> Sandbox:
    """Bubblewrap if one real run of it works, else no isolation and the reason."""
    if sys.platform != "linux":
        return Unconfined(f"not isolated: bubblewrap needs Linux, this is {sys.platform}")
    program = shutil.which("bwrap")
    if program is None:
        return Unconfined("not isolated: bubblewrap is not installed (Debian, Ubuntu: sudo apt install bubblewrap)")
    return await _try(Path(program))


async def _try(program: Path) -> Sandbox:
    said: list[str] = []
    try:
        sandbox = Bubblewrap(program, await _features(program))
        await execute(sandbox, _trial(), timeout=LIMIT, on_line=said.append)
    except SandboxError as error:
        return Unconfined(f"not isolated: {error}")
    return sandbox if ANSWER in said else Unconfined(_why(said))


def _trial() -> Confined:
    return Confined(("/bin/sh", "-c", TRIAL, str(interpreter())), cwd=Path("/"), environment={"PATH": "/usr/bin:/bin"})


async def _features(program: Path) -> frozenset[str]:
    lines: list[str] = []
    asked = Confined((str(program), "--help"), cwd=Path("/"), environment={})
    await execute(Unconfined(""), asked, timeout=LIMIT, on_line=lines.append)
    return frozenset(word for line in lines for word in line.split()[:1] if word.startswith("--"))


def _why(said: list[str]) -> str:
    for setting, forbids, remedy in FORBIDDEN:
        file = Path("/proc/sys") / setting
        if file.exists() and file.read_text().strip() == forbids:
            return f"not isolated: this machine forbids user namespaces ({remedy})"
    told = said[-1][:200] if said else "it said nothing"
    return f"not isolated: a trial run of bubblewrap failed: {told}"
