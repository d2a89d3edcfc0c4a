"""What is an error, because an ISY would refuse it, and what is found between the files of a profile."""

from pathlib import Path

import pytest

from pgc.profiles.check import check_file, check_nodeserver, check_profile
from pgc.profiles.files import MOST_FILES, ProfileFile
from pgc.profiles.findings import MOST, Findings, Severity
from pgc_interface.wire import MAX_PROFILE_FILE

from .conftest import CODE, EDITORS, NLS, NODEDEFS, Check, nls, nodedef


def test_a_whole_nodeserver_is_let_pass(check: Check) -> None:
    assert check({}) == []


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [
        (nodedef("<nodeDefs>\n<nodeDef>\n</nodeDefs>"), 3, "not well-formed XML: mismatched tag"),
        (nodedef("<editors/>"), 1, "begins with <editors>; an ISY wants <nodeDefs>"),
        (nodedef("<nodeDefs/>", "../nodedefs.xml"), 0, "not a plain file name"),
        (nodedef(b" " * (MAX_PROFILE_FILE + 1)), 0, "at most"),
        (nls(b"A = b\nC = \x07"), 2, "control characters"),
        (nls(b"\x81\x8d"), 0, "not text"),
    ],
)
def test_what_an_isy_would_refuse_is_an_error_with_its_line(file: ProfileFile, line: int, text: str) -> None:
    (finding,) = check_file(file)
    assert (finding.severity, finding.line) == (Severity.ERROR, line)
    assert text in finding.text


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (nodedef("<nodedefs/>"), "begins with <nodedefs>"),
        (nodedef("<!-- mine -->\n<nodeDefs/>"), "a comment before the first element"),
        (nodedef("<nodeDefs/>", "nodes.xml"), 'no "nodedef" in it'),
        (nls(b"A = b\n\nMODE 1 Off\n"), "this line has no KEY = VALUE"),
        (nls(b"A = b = c\n"), 'two " = "'),
        (nls(b"A = b\r\n\r\nC = d\r\n"), "a blank line ends in CR LF"),
        (nls(b"A = 20 \xb0C\n"), "old code page"),
        (nls(b"A = b\nA = c\n"), "another text in line 1"),
    ],
)
def test_what_only_clients_stumble_on_is_a_warning(file: ProfileFile, text: str) -> None:
    (finding,) = check_file(file)
    assert finding.severity is Severity.WARNING
    assert text in finding.text
    assert finding.mend


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "text"),
    [
        ("nodedef", '"PCT"', '"PERCENT"', 4, 'the driver "ST" of "lamp" has the editor "PERCENT"'),
        ("nodedef", '<p id="" editor="MODE"', '<p id="" editor="M"', 12, 'a parameter of the command "SET"'),
        ("nodedef", 'init="GV1"', 'init="GV2"', 12, 'filled in from "GV2"'),
        ("nodedef", 'nls="lp"', 'nls="lq"', 2, "ST-lq-ST-NAME, ST-lq-GV1-NAME, CMD-lq-SET-NAME"),
        ("nodedef", "<sends>", "<sent>", 17, None),
        ("nodedef", '<st id="GV1"', '<st id="ST"', 5, 'the driver "ST" twice'),
        ("nodedef", ' editor="PCT"', "", 4, "without an editor"),
        ("nodedef", "</cmd>", '<p id="" editor="PCT"/></cmd>', 12, "two unnamed parameters"),
        ("nls", "MD-7 = Party\n", "", 3, "no NLS file has MD-7"),
        ("nls", "ND-lamp-NAME", "ND-lump-NAME", 2, "ND-lamp-NAME"),
        ("editor", 'uom="51"', 'uom="251"', 2, "no ISY is known to have"),
        ("editor", 'uom="51" ', "", 2, 'a range without a uom="…"'),
        ("editor", 'min="0"', 'min="200"', 2, "a min of 200 above its max of 100"),
        ("editor", 'max="100"', "", 2, "min without its counterpart"),
        ("editor", 'max="100"', 'max="lots"', 2, 'the max "lots", which is no number'),
        ("editor", "0-1,7", "0..1", 3, 'the subset "0..1", which is no list'),
        ("editor", 'subset="0-1,7"', 'subset="0-1,7" min="0"', 3, "both a subset and min"),
        ("editor", "</editors>", '<editor id="X"/></editors>', 4, "has no <range>"),
        (
            "editor",
            "</editors>",
            '<editor id="_X"><range uom="2" subset="0,1"/></editor></editors>',
            4,
            "keeps for its",
        ),
        ("editor", "</editors>", '<editor id="PCT"><range uom="2" subset="0,1"/></editor></editors>', 4, "line 2"),
        ("editor", "/></editor>\n  <editor", '/><range uom="51" subset="1"/></editor>\n  <editor', 2, "two ranges"),
    ],
)
def test_each_thing_that_does_not_fit_is_told_where_it_is(
    check: Check, file: str, old: str, new: str, line: int, text: str | None
) -> None:
    names = {"nodedef": ("nodedefs.xml", NODEDEFS), "editor": ("editors.xml", EDITORS), "nls": ("en_us.txt", NLS)}
    name, content = names[file]
    assert old in content
    findings = check({f"profile/{file}/{name}": content.replace(old, new)})
    if text is None:  # no longer well-formed at all
        assert [(found.severity, found.line) for found in findings] == [(Severity.ERROR, 10)]
        return
    assert [found for found in findings if text in found.text and found.line == line and found.mend], findings
    assert not [found for found in findings if found.severity is Severity.ERROR]


def test_a_nodedef_without_ways_is_one_finding(check: Check) -> None:
    bare = '<nodeDefs><nodeDef id="lamp" nls="lp"><sts/></nodeDef></nodeDefs>'
    (finding,) = (each for each in check({"profile/nodedef/nodedefs.xml": bare}) if "PyISY" in each.text)
    assert "no <sends> and no <accepts>" in finding.text
    assert finding.mend == "Add <sends/> and <accepts/> to its <cmds>."


@pytest.mark.parametrize("editor", ["_51_0", "_2_0_R_0_1", "_25_0_N_MD", "_4_1_R_m20_50", "_sys_notify_short"])
def test_editors_that_say_what_they_are_need_no_definition(check: Check, editor: str) -> None:
    content = NODEDEFS.replace('"PCT"', f'"{editor}"')
    assert not [each for each in check({"profile/nodedef/nodedefs.xml": content}) if "in no editor file" in each.text]


def test_names_may_come_without_the_nodedefs_key(check: Check) -> None:
    plain = NLS.replace("ST-lp-", "ST-").replace("CMD-lp-", "CMD-").replace("ND-lamp", "NDN-lp")
    assert check({"profile/nls/en_us.txt": plain}) == []


def test_a_kind_that_is_not_there_is_told_once_and_not_missed_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "profile/nodedef").mkdir(parents=True)
    (tmp_path / "profile/nodedef/nodedefs.xml").write_text(NODEDEFS)
    findings = Findings()
    check_nodeserver(tmp_path, findings)
    assert [found.file for found in findings.all()] == ["profile/editor", "profile/nls"]


def test_no_profile_at_all_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "lamp.py").write_text(CODE)
    findings = Findings()
    check_nodeserver(tmp_path, findings)
    (finding,) = findings.all()
    assert (finding.severity, finding.file) == (Severity.WARNING, "profile")


def test_a_profile_made_to_be_endless_ends(tmp_path: Path) -> None:
    folder = tmp_path / "profile/editor"
    folder.mkdir(parents=True)
    for number in range(MOST_FILES + 5):
        (folder / f"editors{number}.xml").write_text("<editors>" + "<editor/>" * 100 + "</editors>")
    findings = Findings()
    check_nodeserver(tmp_path, findings)
    found = findings.all()
    assert found[0].text == f"the profile has {MOST_FILES + 5} files; at most {MOST_FILES} are taken"
    assert len(found) <= MOST + 1


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_text("<nothing/>")
    folder = tmp_path / "nodeserver"
    (folder / "profile/nodedef").mkdir(parents=True)
    (folder / "profile/nodedef/nodedefs.xml").symlink_to(tmp_path / "secret.xml")
    findings = Findings()
    check_nodeserver(folder, findings)
    assert "the link leads out of the folder" in [found.text for found in findings.all()]
    assert not [found for found in findings.all() if "nothing" in found.text]


def test_a_profile_alone_is_checked_with_its_links() -> None:
    (finding,) = check_profile([nodedef(NODEDEFS), nls(NLS.replace("ND-lamp-NAME = Lamp\n", "").encode())])
    assert "ND-lamp-NAME" in finding.text


def test_strangers_words_cannot_talk_to_the_terminal() -> None:
    (finding,) = check_file(nls("A\x85\u202e = b\nA\x85\u202e = c".encode()))
    assert finding.text.startswith('"A�� "'.replace(" ", ""))


def test_a_subset_that_runs_backwards_is_not_counted_out(check: Check) -> None:
    """Its parts would add up to next to nothing, and one of them be ten billion long."""
    (finding,) = check(
        {"profile/editor/editors.xml": EDITORS.replace("0-1,7", "0-9999999999,9999999999-0")},
    )
    assert "which is no list" in finding.text


def test_an_id_that_is_long_says_nothing_by_itself(check: Check) -> None:
    """The pattern for those that do would take minutes over one that is made for it."""
    name = "_25_0_N_" + "X" * 200
    (finding,) = check({"profile/nodedef/nodedefs.xml": NODEDEFS.replace("PCT", name)})
    assert "which is in no editor file" in finding.text
