"""The tidied form of profiles; that PyISY loads it is in test_pyisy."""

from pgc.simulator import SimulatedIsy
from pgc.simulator.profiles import Kind, Profile
from pgc.simulator.tidy import tidied


def profile(kind: Kind, **files: bytes) -> Profile:
    return Profile({kind: {name.replace("_xml", ".xml"): body for name, body in files.items()}})


def test_files_of_a_kind_become_one_with_the_name_that_clients_look_for() -> None:
    untidy = profile(Kind.EDITOR, editor_xml=b'<editors><editor id="a"/></editors>', more_xml=b'<Editor ID="b"/>')
    [(name, body)] = tidied(untidy, Kind.EDITOR).items()
    assert name == "editors.xml"
    assert body.decode().splitlines()[1:] == [
        "<editors>",
        '<editor id="a"><range uom="0"/></editor>',
        '<editor id="b"><range uom="0"/></editor>',
        "</editors>",
    ]


def test_values_stay_what_they_are_and_are_escaped() -> None:
    inside = b'<nodeDef id="A&amp;B" nls="&lt;&quot;" nodeType="139"><cmds><sends/><accepts/></cmds></nodeDef>'
    body = b"<nodeDefs>" + inside + b"</nodeDefs>"
    [tidy] = tidied(profile(Kind.NODEDEF, n_xml=body), Kind.NODEDEF).values()
    assert b"""<nodeDef id="A&amp;B" nls='&lt;"' nodeType="139"><cmds><sends/><accepts/></cmds></nodeDef>""" in tidy


def test_what_cannot_be_read_is_left_out() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><nodeDefs><nodeDef id="&b;"/></nodeDefs>'
    assert tidied(profile(Kind.NODEDEF, one_xml=b"<nodeDefs>", two_xml=bomb), Kind.NODEDEF) == {}
    assert tidied(profile(Kind.NODEDEF, one_xml=b"<nodeDefs>", two_xml=b'<nodeDef id="a"/>'), Kind.NODEDEF).keys() == {
        "nodedefs.xml"
    }


def test_what_would_be_no_xml_without_its_root_is_left_behind() -> None:
    body = b'<editors xmlns:x="y"><editor id="a" x:y="z"><range uom="25" NLS="A" nls="B"/><x:note/></editor></editors>'
    [tidy] = tidied(profile(Kind.EDITOR, e_xml=body), Kind.EDITOR).values()
    assert b'<editor id="a"><range uom="25" nls="B"/></editor>' in tidy


def test_texts_keep_their_file_and_become_utf_8() -> None:
    untidy = Profile({Kind.NLS: {"de_de.txt": "# x\r\nA=Küche\r\n\r\nB = 1 = 2 \r\n".encode("cp1252")}})
    assert {name: body.decode() for name, body in tidied(untidy, Kind.NLS).items()} == {
        "de_de.txt": "A = Küche\nB = 1 ＝ 2\n"
    }


def test_links_are_nobodys_trouble() -> None:
    assert tidied(profile(Kind.LINKDEF, l_xml=b"<linkDefs>"), Kind.LINKDEF) == {"l.xml": b"<linkDefs>"}


async def test_the_setting_changes_listing_and_download_but_not_what_is_kept(client) -> None:
    async with SimulatedIsy(tidy_profiles=True) as isy:
        client.url = isy.url
        await client.post(
            "/rest/ns/profile/1/upload/editor/editor.xml", b"<!-- x --><editors><EDITOR id='a'/></editors>"
        )
        assert (
            '<files dir="editor"><file name="editors.xml"/></files>'
            in (await client.get("/rest/profiles/ns/0/files")).body
        )
        assert "<editor id=" in (await client.get("/rest/profiles/ns/1/download/editor/editors.xml")).body
        assert (await client.get("/rest/profiles/ns/1/download/editor/editor.xml")).status == 404
        assert (await client.get("/rest/profiles/ns/1/download/odd/editor.xml")).status == 404
        kept = isy.state.profiles.download(1, "editor", "editor.xml")
    assert kept == b"<!-- x --><editors><EDITOR id='a'/></editors>"
