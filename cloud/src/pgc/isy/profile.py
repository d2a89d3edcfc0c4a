"""A NodeServer's profile on its way to the ISY: what nodes and drivers there are (nodedef), how their values look
(editor), and their names (nls)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pgc.isy import xml
from pgc.isy.client import IsyClient
from pgc.isy.errors import BadProfile
from pgc_interface.wire import MAX_PROFILE_FILE

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,63}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


class ProfileKind(StrEnum):
    """In the order in which an ISY wants them."""

    NODEDEF = "nodedef"
    EDITOR = "editor"
    NLS = "nls"


_ORDER = list(ProfileKind)
_ROOTS = {ProfileKind.NODEDEF: "nodeDefs", ProfileKind.EDITOR: "editors"}


@dataclass(frozen=True, slots=True)
class ProfileFile:
    kind: ProfileKind
    name: str
    content: bytes = field(repr=False)


def check_file(file: ProfileFile) -> None:
    """Whether an ISY can make something of the file.

    Raises:
        BadProfile: it cannot; the text names the file and says why.
    """
    if not _NAME.fullmatch(file.name):
        raise BadProfile(f"{file.name[:80]!r} is not a plain file name, such as nodedefs.xml")
    if len(file.content) > MAX_PROFILE_FILE:
        raise BadProfile(f"{_named(file)} has {len(file.content)} bytes; at most {MAX_PROFILE_FILE} are taken")
    if file.kind is ProfileKind.NLS:
        _check_text(file)
    else:
        _check_xml(file, _ROOTS[file.kind])


async def upload(client: IsyClient, slot: int, files: Sequence[ProfileFile]) -> None:
    """Checks all files, then sends them: nodedef, editor, nls. Ends at the first that the ISY does not take.

    Raises:
        BadProfile: one of the files is wrong; nothing was sent.
        IsyRefused: the ISY did not take a file; the text names it.
        IsyUnreachable: the ISY does not answer.
    """
    for file in files:
        check_file(file)
    for file in sorted(files, key=lambda file: _ORDER.index(file.kind)):
        reply = await client.upload_profile(slot, file.kind, file.name, file.content)
        reply.expect_ok(_named(file))


def _check_xml(file: ProfileFile, root: str) -> None:
    try:
        found = xml.parse(file.content).tag
    except xml.BadXml as error:
        raise BadProfile(f"{_named(file)} is not well-formed XML: {error}") from error
    if found.lower() != root.lower():
        raise BadProfile(f"{_named(file)} begins with <{found[:40]}>; an ISY wants <{root}> there")


def _check_text(file: ProfileFile) -> None:
    try:
        text = _decoded(file.content)
    except UnicodeDecodeError as error:
        raise BadProfile(f"{_named(file)} is not text in UTF-8") from error
    if _CONTROL.search(text):
        raise BadProfile(f"{_named(file)} is not text: it has control characters")


def _decoded(content: bytes) -> str:
    """UTF-8, or the Western code page that old editors wrote."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _named(file: ProfileFile) -> str:
    return f"the profile's {file.kind} file {file.name}"
