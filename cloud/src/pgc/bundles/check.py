"""A NodeServer's folder, checked without running any of it: server.json, the profile, and the code against both."""

import json
from collections.abc import Iterator
from os.path import isfile  # unlike Path's, it takes a name that is too long for one that is not there
from pathlib import Path
from typing import Any

from pgc.bundles.errors import BundleError, ProfileError, ServerFileError
from pgc.bundles.heard import Say
from pgc.bundles.server_file import LARGEST, NAME, read_server_file
from pgc.profiles.check import check_nodeserver
from pgc.profiles.findings import Finding, Findings, Severity, errors, shown

_MOST_SAID = 10


def check_folder(folder: Path) -> list[Finding]:
    """What is wrong in the folder. Blocks: to be called in a thread.

    Raises:
        BundleError: it cannot be looked into.
    """
    findings = Findings()
    try:
        _check_server_file(folder, findings)
        if (folder / NAME).is_file():
            check_nodeserver(folder, findings)
    except OSError as error:
        raise BundleError(f"{error.filename or folder} cannot be read: {error.strerror}") from error
    return findings.all()


def judge(findings: list[Finding], say: Say) -> None:
    """Says the warnings to the author, for the NodeServer runs all the same.

    Raises:
        ProfileError: an ISY would refuse what was found.
    """
    for finding in errors(findings):
        raise ProfileError(str(finding), hint=finding.mend)
    warnings = [finding for finding in findings if finding.severity is Severity.WARNING]
    for finding in warnings[:_MOST_SAID]:
        say(f"warning: {finding}")
    if len(warnings) > _MOST_SAID:
        say(f"{len(warnings) - _MOST_SAID} more warnings; `pgc check` tells all of them, and how to mend them")


def _check_server_file(folder: Path, findings: Findings) -> None:
    try:
        read_server_file(folder)
    except ServerFileError as error:
        findings.error(NAME, error.line, str(error), error.hint)
        return
    text = (folder / NAME).read_bytes()[:LARGEST].decode("utf-8-sig")
    for key, fault, mend in _faults(json.loads(text), folder):
        findings.warn(NAME, _line_of(key, text), fault, mend)


def _faults(document: dict[str, Any], folder: Path) -> Iterator[tuple[str, str, str]]:
    """The key, what is wrong with it, and what to do."""
    if not document.get("name"):
        yield "name", "it gives no name, so the program's is used", 'Add "name": "…".'
    for key, default in (("shortPoll", 60), ("longPoll", 600)):
        if key in document and not _is_poll(document[key]):
            text = f"{key} is {json.dumps(document[key])[:40]} and no number of seconds, so {default} is used"
            yield key, text, f'Write "{key}": "{default}", or how many you want.'
    if "profile_version" not in document:
        text = "it has no profile_version: a profile that has changed is then not sent to the ISY again by itself"
        yield "", text, 'Add "profile_version": "1.0.0", and raise it with every change of the profile.'
    script = document.get("install_cloud")
    if isinstance(script, str) and script.strip() and not isfile(folder / script.strip()):
        yield "install_cloud", f"the install script {shown(script)} is not in the folder", "Add it, or leave it out."


def _is_poll(value: object) -> bool:
    try:
        return not isinstance(value, bool) and float(str(value).strip()) >= 1
    except ValueError:
        return False


def _line_of(key: str, text: str) -> int:
    """Where the key is first written; 0 where it is not."""
    at = text.find(f'"{key}"') if key else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 0
