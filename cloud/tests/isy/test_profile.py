"""Profile files: checked before they are sent, sent in order, and the first that is refused is named."""

import pytest

from pgc.isy.client import IsyClient
from pgc.isy.errors import BadProfile, IsyRefused
from pgc.isy.profile import ProfileFile, ProfileKind, check_file, upload
from pgc_interface.wire import MAX_PROFILE_FILE

from .conftest import HeldIsy

NODEDEF = ProfileFile(ProfileKind.NODEDEF, "nodedefs.xml", b"\xef\xbb\xbf<?xml version='1.0'?><nodeDefs/>")
EDITOR = ProfileFile(ProfileKind.EDITOR, "editors.xml", b"\n <EDITORS><editor id='b'/></EDITORS>")
NLS = ProfileFile(ProfileKind.NLS, "en_us.txt", b"ND-ctl-NAME = Controller\r\nno equals sign")


async def test_files_go_out_in_the_isys_order(isy: HeldIsy, client: IsyClient) -> None:
    await upload(client, 3, [NLS, EDITOR, NODEDEF])
    base = "/rest/ns/profile/3/upload"
    assert isy.paths == [f"{base}/nodedef/nodedefs.xml", f"{base}/editor/editors.xml", f"{base}/nls/en_us.txt"]


async def test_the_first_refused_file_is_named_and_ends_it(isy: HeldIsy, client: IsyClient) -> None:
    isy.fail("/editor/", 404)
    with pytest.raises(IsyRefused, match=r"refused the profile's editor file editors\.xml"):
        await upload(client, 3, [NODEDEF, EDITOR, NLS])
    assert isy.count("/nls/") == 0


async def test_nothing_is_sent_if_one_file_is_wrong(isy: HeldIsy, client: IsyClient) -> None:
    with pytest.raises(BadProfile):
        await upload(client, 3, [NODEDEF, ProfileFile(ProfileKind.EDITOR, "e.xml", b"<editors>")])
    assert isy.paths == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (ProfileKind.NODEDEF, b"<nodedefs></nodedefs>"),
        (ProfileKind.NODEDEF, b"<!-- a comment first --><nodeDefs/>"),
        (ProfileKind.NLS, "GÄSTE = Gäste °C".encode()),
        (ProfileKind.NLS, "ST-x-NAME = °C".encode("cp1252")),
        (ProfileKind.NLS, b""),
    ],
)
def test_what_real_nodeservers_ship_is_taken(kind: ProfileKind, content: bytes) -> None:
    check_file(ProfileFile(kind, "file.xml", content))


@pytest.mark.parametrize(
    ("kind", "name", "content", "reason"),
    [
        (ProfileKind.NODEDEF, "../nodedefs.xml", b"<nodeDefs/>", "not a plain file name"),
        (ProfileKind.NODEDEF, ".hidden", b"<nodeDefs/>", "not a plain file name"),
        (ProfileKind.NODEDEF, "n.xml", b"<nodeDefs>", "not well-formed XML"),
        (ProfileKind.NODEDEF, "n.xml", b"", "not well-formed XML"),
        (ProfileKind.NODEDEF, "n.xml", b"<editors/>", "begins with <editors>; an ISY wants <nodeDefs>"),
        (ProfileKind.EDITOR, "e.xml", b"<!DOCTYPE e [<!ENTITY a 'b'>]><editors>&a;</editors>", "not read"),
        (ProfileKind.NLS, "en_us.txt", b"\x7fELF\x02\x01\x00\x00", "control characters"),
        (ProfileKind.NLS, "en_us.txt", b"\x81\x8d", "not text"),
        (ProfileKind.NLS, "en_us.txt", b"x" * (MAX_PROFILE_FILE + 1), "at most"),
    ],
)
def test_what_an_isy_could_not_read_is_refused(kind: ProfileKind, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(BadProfile, match=reason):
        check_file(ProfileFile(kind, name, content))
