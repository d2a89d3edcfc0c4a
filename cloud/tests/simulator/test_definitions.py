from pgc.simulator.definitions import read_definitions

NODEDEFS = b"""\xef\xbb\xbf<?xml version="1.0"?><!-- a comment first -->
<nodedefs><nodedef id="ctl" nls="c"><sts><st id="ST" editor="bool"/><st id="GV1" editor="mode"/>
<st id="GV2" editor="_25_0_N_SPEED"/></sts></nodedef></nodedefs>"""
EDITORS = b"""<editors><editor id="bool"><range uom="2" subset="0,1"/></editor>
<editor id="mode"><range uom="25" subset="0-2" NLS="MODE"/><range uom="odd" nls="X"/></editor></editors>"""
NLS = b"\r\n".join(
    [
        b"# ST-c-ST-NAME = no",
        b"",
        b"ST-c-ST-NAME = Online",
        b"nonsense",
        b"ST-GV1-NAME=Mode = x",
        b"MODE-1 = Eco",
        b"SPEED-2 = Fast",
    ]
)


def test_untidy_files_are_understood() -> None:
    definitions = read_definitions([NODEDEFS], [EDITORS], [NLS])
    assert set(definitions.nodedefs["ctl"].editors) == {"ST", "GV1", "GV2"}
    assert definitions.driver_name("ctl", "ST") == "Online"
    assert definitions.driver_name("ctl", "GV1") == "Mode = x"
    assert definitions.driver_name("ctl", "GV2") == ""
    assert definitions.word("ctl", "GV1", 25, 1) == "Eco"
    assert definitions.word("ctl", "GV2", 25, 2) == "Fast"


def test_there_is_a_word_only_for_the_editors_own_uom() -> None:
    definitions = read_definitions([NODEDEFS], [EDITORS], [NLS])
    assert definitions.word("ctl", "GV1", 51, 1) is None
    assert definitions.word("ctl", "GV2", 2, 2) is None
    assert definitions.word("ctl", "ST", 2, 1) is None
    assert definitions.word("other", "GV1", 25, 1) is None


def test_files_that_are_no_xml_define_nothing() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><nodeDefs><nodeDef id="&b;"/></nodeDefs>'
    assert read_definitions([b"<nodeDefs>", b"", bomb], [b"\x00"], []).nodedefs == {}
