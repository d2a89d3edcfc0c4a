"""Finds the sandbox this machine can have, by running one once: the best first, then what is left without a part."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pgc.sandbox.bubblewrap import Bubblewrap
from pgc.sandbox.cgroups import Cgroups, find_cgroups
from pgc.sandbox.contract import Access, Confined, Network, Sandbox
from pgc.sandbox.errors import SandboxError
from pgc.sandbox.execute import execute
from pgc.sandbox.facts import Found, tell
from pgc.sandbox.nest import seccomp
from pgc.sandbox.python import interpreter
from pgc.sandbox.unconfined import Unconfined

LIMIT = 15.0
"""Seconds for one run of the probe."""
ANSWER = "confined"
TRIAL = 'true && exec "$0" -I -S -c "import os; print(os.getuid() != 0 and \'' + ANSWER + "')\""
INSTALL = "sudo apt install bubblewrap"
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


@dataclass(frozen=True, slots=True)
class _Trial:
    sandbox: Bubblewrap
    complaint: str
    """Why it did not work; empty if it did."""


async def probe() -> Sandbox:
    """Bubblewrap if one real run of it works, else no isolation and the reason."""
    if sys.platform != "linux":
        return Unconfined(f"not isolated: bubblewrap needs Linux, this is {sys.platform}")
    program = shutil.which("bwrap")
    if program is None:
        return Unconfined(f"not isolated: bubblewrap is not installed (Debian, Ubuntu: {INSTALL})", remedy=INSTALL)
    try:
        features = await _features(Path(program))
    except SandboxError as error:
        return Unconfined(f"not isolated: {error}")
    slirp = shutil.which("slirp4netns")
    whole = Bubblewrap(
        Path(program),
        features,
        slirp=Path(slirp) if slirp else None,
        filtered=seccomp.program() is not None,
        cgroups=find_cgroups(),
    )
    return await _best(whole)


async def _best(whole: Bubblewrap) -> Sandbox:
    """The first that works; what had to be left out for it is what its forerunners complained of."""
    complaint = ""
    for sandbox in _ever_less(whole):
        trial = await _try(sandbox)
        if not trial.complaint:
            return replace(sandbox, facts=tell(Found(whole, sandbox, complaint)))
        complaint = complaint or trial.complaint
    return Unconfined(_why(trial.complaint))


def _ever_less(whole: Bubblewrap) -> Iterator[Bubblewrap]:
    yield whole
    if whole.slirp:
        yield replace(whole, slirp=None)
    if whole.cgroups.hierarchies:
        yield replace(whole, cgroups=Cgroups())
        if whole.slirp:
            yield replace(whole, slirp=None, cgroups=Cgroups())


async def _try(sandbox: Bubblewrap) -> _Trial:
    said: list[str] = []
    try:
        await execute(sandbox, _trial(), timeout=LIMIT, on_line=said.append)
    except SandboxError as error:
        return _Trial(sandbox, str(error))
    if ANSWER in said:
        return _Trial(sandbox, "")
    return _Trial(sandbox, said[-1][:300] if said else "it said nothing")


def _trial() -> Confined:
    argv = ("/bin/sh", "-c", TRIAL, str(interpreter()))
    environment = {"PATH": "/usr/bin:/bin"}
    return Confined(argv, cwd=Path("/"), environment=environment, network=Network(Access.INTERNET))


async def _features(program: Path) -> frozenset[str]:
    lines: list[str] = []
    asked = Confined((str(program), "--help"), cwd=Path("/"), environment={})
    await execute(Unconfined(""), asked, timeout=LIMIT, on_line=lines.append)
    return frozenset(word for line in lines for word in line.split()[:1] if word.startswith("--"))


def _why(complaint: str) -> str:
    for setting, forbids, remedy in FORBIDDEN:
        file = Path("/proc/sys") / setting
        if file.exists() and file.read_text().strip() == forbids:
            return f"not isolated: this machine forbids user namespaces ({remedy})"
    return f"not isolated: a trial run of bubblewrap failed: {complaint}"
