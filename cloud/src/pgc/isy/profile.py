"""A NodeServer's profile on its way to the ISY: what nodes and drivers there are (nodedef), how their values look
(editor), and their names (nls). What is checked in it, and how, is :mod:`pgc.profiles`."""

import asyncio
from collections.abc import Sequence

from pgc.isy.client import IsyClient
from pgc.isy.errors import BadProfile
from pgc.profiles import check
from pgc.profiles.check import check_profile
from pgc.profiles.files import ProfileFile, ProfileKind
from pgc.profiles.findings import Finding, Severity, errors

__all__ = ["Finding", "ProfileFile", "ProfileKind", "Severity", "check_file", "check_profile", "upload"]

_ORDER = list(ProfileKind)


def check_file(file: ProfileFile) -> None:
    """Whether an ISY can make something of the file. Of one made to be hard to read, that takes a second: call it in a
    thread.

    Raises:
        BadProfile: it cannot; the text names the file and line and says why.
    """
    for finding in errors(check.check_file(file)):
        raise BadProfile(str(finding), hint=finding.mend)


def _check_all(files: Sequence[ProfileFile]) -> None:
    for file in files:
        check_file(file)


async def upload(client: IsyClient, slot: int, files: Sequence[ProfileFile]) -> None:
    """Checks all files, then sends them: nodedef, editor, nls. Ends at the first that the ISY does not take.

    Raises:
        BadProfile: one of the files is wrong; nothing was sent.
        IsyRefused: the ISY did not take a file; the text names it.
        IsyUnreachable: the ISY does not answer.
    """
    await asyncio.to_thread(_check_all, files)
    for file in sorted(files, key=lambda file: _ORDER.index(file.kind)):
        reply = await client.upload_profile(slot, file.kind, file.name, file.content)
        reply.expect_ok(f"the profile's {file.kind} file {file.name}")
