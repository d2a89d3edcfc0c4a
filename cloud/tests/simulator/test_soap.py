"""SetParent as shipped clients write it: the prefix s: is never declared."""

import aiohttp
import pytest

from pgc.simulator import SimulatedIsy
from pgc.simulator.changes import Change, NodeChanged, NodePart

SET_PARENT = (
    '<s:Envelope><s:Body><u:SetParent xmlns:u="urn:udi-com:service:X_Insteon_Lighting_Service:1">'
    "<node>n001_child</node><nodeType>1</nodeType><parent>n001_ctl</parent><parentType>1</parentType>"
    "</u:SetParent></s:Body></s:Envelope>"
)
PLATFORM = {
    "SOAPACTION": "urn:udi-com:service:X_Insteon_Lighting_Service:1#SetParent",
    "Content-Type": "application/x-www-form-urlencoded",
}
STAND_ALONE = {
    "SOAPACTION": "urn:udi-com:device:X_Insteon_Lighting_Service:1#SetParent",
    "Content-Type": "text/xml",
}


@pytest.fixture
async def family(client):
    await client.add("n001_ctl")
    await client.add("n001_child", "n001_ctl")


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (PLATFORM, SET_PARENT),
        (STAND_ALONE, "<? version='1.0' encoding='utf-8'?>" + SET_PARENT),
        ({"SOAPACTION": f'"{PLATFORM["SOAPACTION"]}"'}, SET_PARENT),
        ({}, SET_PARENT),
    ],
)
async def test_set_parent(client, isy: SimulatedIsy, headers: dict[str, str], body: str) -> None:
    seen: list[Change] = []
    isy.observe(seen.append)
    answer = await client.post("/services", body.encode(), headers=headers)
    assert answer.status == 200
    assert "<status>200</status>" in answer.body
    assert isy.state.nodes["n001_child"].parent == "n001_ctl"
    assert seen == [NodeChanged("n001_child", NodePart.PARENT)]
    assert '<parent type="1">n001_ctl</parent>' in (await client.get("/rest/nodes/n001_child")).body


@pytest.mark.usefixtures("family")
async def test_a_parent_that_goes_leaves_no_orphan_pointing_at_it(client, isy: SimulatedIsy) -> None:
    await client.add("n001_other")
    await client.post("/services", SET_PARENT.replace("n001_ctl", "n001_other").encode(), headers=PLATFORM)
    await client.get("/rest/ns/1/nodes/n001_other/remove")
    assert isy.state.nodes["n001_child"].parent is None


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("change", "status"),
    [
        (("n001_child", "n001_none"), 404),
        (("n001_ctl", "n001_none"), 404),
        (("<parentType>1", "<parentType>3"), 400),
        (("<node>n001_child</node>", ""), 400),
        (("<node>n001_child", "<node>" + "x" * 65), 400),
    ],
)
async def test_what_cannot_be_grouped_is_refused(client, isy, change: tuple[str, str], status: int) -> None:
    answer = await client.post("/services", SET_PARENT.replace(*change).encode(), headers=PLATFORM)
    assert answer.status == status
    assert isy.state.nodes["n001_child"].parent is None


async def test_other_actions_are_not_done(client) -> None:
    headers = {"SOAPACTION": "urn:udi-com:service:X_Insteon_Lighting_Service:1#Discover"}
    assert (await client.post("/services", b"<s:Envelope/>", headers=headers)).status == 501
    assert (await client.post("/services", b"\xff\x00" * 5000)).status == 501


async def test_reboot_is_answered_and_loses_connections_but_no_nodes(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    body = (
        b'<s:Envelope><s:Body><u:Reboot xmlns:u="urn:udi-com:service:X_Insteon_Lighting_Service:1">'
        b"<code></code></u:Reboot></s:Body></s:Envelope>"
    )
    answer = await client.post("/services", body)
    assert (answer.status, "<status>200</status>" in answer.body) == (200, True)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.get("/rest/config")
    await isy.faults.online()
    assert (await client.get("/rest/nodes/n001_ctl")).status == 200
