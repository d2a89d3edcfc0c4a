"""PyISY, which Home Assistant uses, unmodified: takes the simulated ISY for a real one, whatever profiles look like."""

import logging
from datetime import datetime, timedelta
from xml.dom import DOMException

import pytest
from pyisy import ISY
from pyisy.constants import ES_CONNECTED, ES_INITIALIZING, ES_SYNCING
from pyisy.exceptions import ISYInvalidAuthError

from pgc.simulator import SimulatedIsy

from ..pyisy_client import OUTDATED, Watch, pyisy

pytestmark = pytest.mark.filterwarnings(OUTDATED)

STS = '<sts><st id="ST" editor="bool"/><st id="GV1" editor="mode"/></sts>'
CMDS = '<cmds><sends><cmd id="DON"/></sends><accepts><cmd id="SETX"/></accepts></cmds>'
NODEDEFS = f'<nodeDefs><nodeDef id="ctl" nls="c">{STS}{CMDS}</nodeDef></nodeDefs>'
EDITORS = (
    '<editors><editor id="bool"><range uom="2" subset="0,1"/></editor>'
    '<editor id="mode"><range uom="25" subset="0-1" nls="MODE"/></editor></editors>'
)
NLS = "ND-ctl-NAME = Controller\nST-c-GV1-NAME = Mode\nMODE-0 = Eco\nMODE-1 = Boost\n"
PROFILE = {"nodedef/nodedefs.xml": NODEDEFS, "editor/editors.xml": EDITORS, "nls/en_us.txt": NLS}
NODE = "/rest/ns/1/nodes/n001_ctl"


async def load(sim: SimulatedIsy) -> ISY:
    """What PyISY makes of it; without the event stream."""
    async with pyisy(sim) as isy:
        await isy.initialize(with_node_servers=True)
    return isy


async def upload(client, profile: dict[str, str]) -> None:
    for path, text in profile.items():
        assert (await client.post(f"/rest/ns/profile/1/upload/{path}", text.encode())).status == 200


@pytest.fixture
async def home(client) -> None:
    await upload(client, PROFILE)
    await client.get(
        "/rest/profiles/ns/1/connection/set/network?name=My+NodeServer&ip=127.0.0.1&baseurl=/isy/1&nsuser=pgc"
        "&nspwd=s3cret&isyusernum=0&port=9&timeout=0&ssl=false&enabled=true"
    )
    await client.add("n001_ctl")
    await client.add("n001_kid", "n001_ctl")
    for report in ("GV1/1/25", "ST/21.5/4"):
        await client.get(f"{NODE}/report/status/{report}")


@pytest.mark.usefixtures("home")
async def test_it_loads_nodes_with_values_and_definitions(isy: SimulatedIsy) -> None:
    loaded = await load(isy)
    assert (loaded.uuid, loaded.conf["name"]) == (isy.identity.uuid, isy.identity.name)
    node, child = loaded.nodes["n001_ctl"], loaded.nodes["n001_kid"]
    assert (node.name, node.protocol, node.family, node.node_server) == (
        "Node n001_ctl",
        "node_server_1",
        "Node_Server",
        "1",
    )
    assert (child.primary_node, child.enabled, child.node_def_id) == ("n001_ctl", True, "ctl")
    mode = node.aux_properties["GV1"]
    assert (node.status, node.prec, node.uom, node.formatted) == (215, "1", "4", "21.5°C")
    assert (mode.value, mode.uom, mode.formatted) == (1, "25", "Boost")
    servers = loaded.node_servers
    [connection] = servers._connections
    assert (connection.name, connection.slot, connection.ns_user) == ("My NodeServer", "1", "pgc")
    [definition] = servers._node_server_node_definitions
    assert (definition.name, definition.statuses) == ("Controller", {"ST": "bool", "GV1": "mode"})
    assert (definition.sends_commands, definition.accepts_commands) == (["DON"], ["SETX"])
    assert [editor.values for editor in servers._node_server_node_editors] == [None, {"0": "Eco", "1": "Boost"}]


@pytest.mark.usefixtures("home")
async def test_it_reads_clock_programs_and_variables(isy: SimulatedIsy) -> None:
    loaded = await load(isy)
    assert abs(loaded.clock.last_called - datetime.now()) < timedelta(minutes=5)
    assert timedelta(hours=11) < loaded.clock.sunset - loaded.clock.sunrise < timedelta(hours=13)
    assert [name for _, name, _ in loaded.programs.children] == ["My Programs"]
    assert loaded.variables.children == []


async def test_a_wrong_password_is_told(isy: SimulatedIsy) -> None:
    async with pyisy(isy, "wrong") as stranger:
        with pytest.raises(ISYInvalidAuthError):
            await stranger.initialize()


@pytest.mark.usefixtures("home")
async def test_it_hears_values_commands_and_changes_as_they_happen(client, isy: SimulatedIsy) -> None:
    async with pyisy(isy) as loaded:
        await loaded.initialize(with_node_servers=True)
        stream, nodes = Watch(loaded.connection_events), Watch(loaded.nodes.status_events)
        node = loaded.nodes["n001_ctl"]
        values, commands = Watch(node.status_events), Watch(node.control_events)
        loaded.websocket.start()
        await stream.until(lambda status: status == ES_SYNCING)
        await client.get(f"{NODE}/report/status/ST/-0.5/4")
        await values.until(lambda _: (node.status, node.prec, node.formatted) == (-5, "1", "-0.5°C"))
        await client.get(f"{NODE}/report/cmd/DON")
        command = await commands.until(lambda event: event.control == "DON")
        assert (command.value, command.address) == (0, "n001_ctl")
        await client.add("n001_new", "n001_ctl")
        await client.get("/rest/ns/1/nodes/n001_new/remove")
        for action in ("ND", "NR"):
            await nodes.until(lambda event, action=action: (event.address, event.action) == ("n001_new", action))
        assert set(stream.heard) <= {ES_INITIALIZING, ES_SYNCING, ES_CONNECTED}, "no reconnect"


@pytest.mark.usefixtures("home")
async def test_it_disables_enables_and_renames_a_node(isy: SimulatedIsy) -> None:
    async with pyisy(isy) as loaded:
        await loaded.initialize()
        told = Watch(loaded.nodes.status_events)
        loaded.websocket.start()
        node = loaded.nodes["n001_ctl"]
        assert await node.disable()
        await told.until(lambda event: event.event_info == {"enabled": "false"})
        assert (node.enabled, isy.state.nodes["n001_ctl"].enabled) == (False, False)
        assert await node.enable()
        await told.until(lambda event: event.event_info == {"enabled": "true"})
        assert (node.enabled, isy.state.nodes["n001_ctl"].enabled) == (True, True)
        assert await node.rename("Another <name>")
        await told.until(lambda event: event.action == "NN")
        assert isy.state.nodes["n001_ctl"].name == "Another <name>"


@pytest.mark.usefixtures("home")
async def test_it_reads_one_node_again(client, isy: SimulatedIsy) -> None:
    async with pyisy(isy) as loaded:
        await loaded.initialize()
        await client.get(f"{NODE}/report/status/ST/1/2")
        await loaded.nodes["n001_ctl"].update()
        assert loaded.nodes["n001_ctl"].status == 1
        notes = await loaded.nodes["n001_ctl"].get_notes()
        assert set(notes.values()) == {None, False}, "nodes of NodeServers have none"


@pytest.mark.usefixtures("node_server")
async def test_its_commands_and_queries_reach_the_nodeserver(isy: SimulatedIsy, node_server) -> None:
    async with pyisy(isy) as loaded:
        await loaded.initialize()
        node = loaded.nodes["n001_ctl"]
        assert await node.turn_on()
        assert await node.send_cmd("SETX", 5, 56)
        assert await node.send_cmd("P", query={"A.uom51": 3})
        assert await node.query()
        assert await loaded.query()
    await node_server.called(5)
    assert [path.partition("?requestId")[0].removeprefix("/isy/1/nodes/") for path in node_server.paths] == [
        "n001_ctl/cmd/DON",
        "n001_ctl/cmd/SETX/5/56",
        "n001_ctl/cmd/P?A.uom51=3",
        "n001_ctl/query",
        "0/query",
    ]


def nodedefs(cmds: str = CMDS) -> str:
    return f'<nodeDefs><nodeDef id="ctl" nls="c">{STS}{cmds}</nodeDef></nodeDefs>'


UNTIDY = {
    "no <sends>": {"nodedef/nodedefs.xml": nodedefs('<cmds><accepts><cmd id="SETX"/></accepts></cmds>')},
    "no <accepts>": {"nodedef/nodedefs.xml": nodedefs('<cmds><sends><cmd id="DON"/></sends></cmds>')},
    "no <cmds>": {"nodedef/nodedefs.xml": nodedefs("")},
    "a comment before the root": {"nodedef/nodedefs.xml": f"<!-- by hand -->\n{NODEDEFS}"},
    "a doctype before the root": {"nodedef/nodedefs.xml": f"<!DOCTYPE nodeDefs>\n{NODEDEFS}"},
    "lower-case tags": {"nodedef/nodedefs.xml": NODEDEFS.replace("nodeDef", "nodedef")},
    "space before the declaration": {"nodedef/nodedefs.xml": f'\n<?xml version="1.0"?>\n{NODEDEFS}'},
    "no editor's range": {"editor/editors.xml": EDITORS.replace('<range uom="2" subset="0,1"/>', "")},
    "a list without names": {"editor/editors.xml": EDITORS.replace(' nls="MODE"', "")},
    "CRLF and a blank line": {"nls/en_us.txt": NLS.replace("\n", "\r\n\r\n")},
    "a line without =": {"nls/en_us.txt": f"{NLS}nonsense\n"},
    "an indented comment": {"nls/en_us.txt": f"  # indented\n{NLS}"},
    "two =": {"nls/en_us.txt": f"{NLS}MODE-2 = A = B\n"},
}
"""What profiles in the wild look like, and PyISY cannot load or overlooks; as kept by the ISY, byte for byte."""


def loads(isy: ISY) -> bool:
    """Whether all of the profile arrived."""
    servers = isy.node_servers
    definitions, editors = servers._node_server_node_definitions, servers._node_server_node_editors
    named = [(definition.node_def_id, definition.name) for definition in definitions] == [("ctl", "Controller")]
    return named and [editor.editor_id for editor in editors] == ["bool", "mode"]


@pytest.mark.parametrize("untidiness", UNTIDY)
async def test_untidy_profiles_are_kept_as_they_are_and_offered_tidied(
    client, isy: SimulatedIsy, untidiness: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    profile = PROFILE | UNTIDY[untidiness]
    async with SimulatedIsy(tidy_profiles=True) as tidy:
        for sim in (isy, tidy):
            client.url = sim.url
            await upload(client, profile)
            await client.add("n001_ctl")
        assert loads(await load(tidy))
    assert not await _loads_without_fault(isy)
    for path, text in profile.items():
        kind, name = path.split("/")
        assert [sim.state.profiles.download(1, kind, name) for sim in (isy, tidy)] == [text.encode()] * 2


async def _loads_without_fault(sim: SimulatedIsy) -> bool:
    try:
        return loads(await load(sim))
    except (IndexError, TypeError, ValueError, DOMException):
        return False
