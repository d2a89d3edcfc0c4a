"""A folder's check as an install takes it: what an ISY would refuse ends it, the rest is said."""

from pathlib import Path

import pytest

from pgc.bundles.build import Builder
from pgc.bundles.check import check_folder, judge
from pgc.bundles.errors import ProfileError
from pgc.profiles.findings import Finding, Severity

from .conftest import PROFILE
from .test_build import MakeNodeServer, build

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("name", ["thermostat", "weather"])
def test_the_examples_are_without_fault(name: str) -> None:
    assert check_folder(EXAMPLES / name) == []


@pytest.mark.parametrize(
    ("server", "line", "text"),
    [
        ('{\n "name": "x",\n "executable": "example.py",,\n}', 3, "not valid JSON"),
        ('{"name": "x"}', 0, '"executable" is missing'),
        ('{"executable": "gone.py"}', 0, '"gone.py" is not in the folder'),
        ('{"executable": "example.py", "type": "ruby"}', 0, 'the type "ruby"'),
    ],
)
def test_a_server_file_that_cannot_be_used_is_an_error(
    make_nodeserver: MakeNodeServer, server: str, line: int, text: str
) -> None:
    (finding,) = check_folder(make_nodeserver({**PROFILE, "server.json": server}))
    assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "server.json", line)
    assert text in finding.text
    assert finding.mend


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"shortPoll": "often"}, "no number of seconds, so 60 is used"),
        ({"longPoll": 0}, "so 600 is used"),
        ({"install_cloud": "install.sh"}, 'the install script "install.sh" is not in the folder'),
        ({"install_cloud": "i" * 5000}, "is not in the folder"),
    ],
)
def test_what_is_odd_in_it_is_a_warning(make_nodeserver: MakeNodeServer, fields: dict[str, object], text: str) -> None:
    (finding,) = check_folder(make_nodeserver(PROFILE, **fields))
    assert finding.severity is Severity.WARNING
    assert text in finding.text
    assert finding.line == 1


def test_a_missing_name_and_profile_version_are_told(make_nodeserver: MakeNodeServer) -> None:
    findings = check_folder(make_nodeserver({**PROFILE, "server.json": '{"executable": "example.py"}'}))
    assert ["no name" in findings[0].text, "no profile_version" in findings[1].text] == [True, True]


def test_of_a_folder_that_is_none_only_that_is_told(tmp_path: Path) -> None:
    (finding,) = check_folder(tmp_path / "gone")
    assert "there is no server.json" in finding.text


async def test_an_install_ends_with_what_an_isy_would_refuse(
    builder: Builder, make_nodeserver: MakeNodeServer, tmp_path: Path
) -> None:
    folder = make_nodeserver({**PROFILE, "profile/nodedef/nodedefs.xml": "<nodeDefs>\n<nodeDef></nodeDefs>"})
    with pytest.raises(ProfileError) as caught:
        await build(builder, folder)
    assert str(caught.value) == "profile/nodedef/nodedefs.xml:2: it is not well-formed XML: mismatched tag"
    assert caught.value.hint == "Close every element, the innermost first."
    assert list((tmp_path / "store").iterdir()) == []


async def test_an_install_says_its_warnings_and_goes_on(builder: Builder, make_nodeserver: MakeNodeServer) -> None:
    folder = make_nodeserver({**PROFILE, "profile/editor/editors.xml": "<editors><editor id='A'/></editors>"})
    bundle, said = await build(builder, folder)
    assert said[0].startswith('warning: profile/editor/editors.xml:1: the editor "A" has no <range>')
    assert said[-1] == "nothing to install"
    assert (await build(builder, folder)) == (bundle, ["Example is installed already"])


def test_of_many_warnings_the_first_are_said() -> None:
    said: list[str] = []
    judge([Finding(Severity.WARNING, "a", line, "odd") for line in range(1, 31)], said.append)
    assert said[0] == "warning: a:1: odd"
    assert said[-1] == "20 more warnings; `pgc check` tells all of them, and how to mend them"
    assert len(said) == 11
