"""Checks a profile, alone or with the code of its NodeServer."""

from collections.abc import Iterable
from pathlib import Path

from pgc.profiles.code import read_code
from pgc.profiles.files import FOLDER, ProfileFile, ProfileKind, read_files
from pgc.profiles.findings import Finding, Findings
from pgc.profiles.links import check_links
from pgc.profiles.profile import Profile, read_file, read_profile
from pgc.profiles.usage import check_usage


def check_file(file: ProfileFile) -> list[Finding]:
    """One file by itself: what would refuse it, and what is odd in it."""
    findings = Findings()
    read_file(file, Profile(), findings)
    return findings.all()


def check_profile(files: Iterable[ProfileFile]) -> list[Finding]:
    """All files of a profile, and what they say of each other."""
    findings = Findings()
    check_links(read_profile(files, findings), findings)
    return findings.all()


def check_nodeserver(folder: Path, findings: Findings) -> None:
    """The profile in a NodeServer's folder, and its code against it. The code is read, never run.

    Raises:
        OSError: a file cannot be read.
    """
    files = read_files(folder, findings)
    _check_kinds(folder, {file.kind for file in files}, findings)
    profile = read_profile(files, findings)
    check_links(profile, findings)
    check_usage(read_code(folder, findings), profile, findings)


def _check_kinds(folder: Path, kinds: set[ProfileKind], findings: Findings) -> None:
    """Some NodeServers write files of their profile when they run, so what is missing may come."""
    if not (folder / FOLDER).is_dir():
        mend = f"Add {', '.join(f'{FOLDER}/{kind}' for kind in ProfileKind)}, unless the NodeServer writes them itself."
        findings.warn(FOLDER, 0, "there is no profile: an ISY shows nodes of unknown nodedefs without values", mend)
        return
    for kind in ProfileKind:
        if kind not in kinds:
            mend = "Add one, unless the NodeServer writes it when it runs."
            findings.warn(f"{FOLDER}/{kind}", 0, f"the profile has no {kind} file", mend)
