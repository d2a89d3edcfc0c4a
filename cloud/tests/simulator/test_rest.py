"""The door, and what a user's client reads."""

from base64 import b64encode

import aiohttp
import pytest
from defusedxml.ElementTree import fromstring

from pgc.simulator import SimulatedIsy

PATHS = ["/rest/config", "/rest/nodes", "/rest/status", "/rest/ns/1/nodes/n001_a/remove", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("login", [None, "admin:wrong", "root:admin"])
async def test_without_the_right_login_there_is_401(isy: SimulatedIsy, path: str, login: str | None) -> None:
    headers = {"Authorization": f"Basic {b64encode(login.encode()).decode()}"} if login else {}
    async with aiohttp.ClientSession() as session, session.get(isy.url + path, headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == 'Basic realm="/"'
        assert '<RestResponse succeeded="false"><status>401</status></RestResponse>' in await response.text()


@pytest.mark.parametrize("header", ["basic YWRtaW46YWRtaW4=", "Bearer YWRtaW46YWRtaW4=", "Basic", "Basic \xfc"])
async def test_the_scheme_may_be_in_any_case_but_must_be_basic(isy: SimulatedIsy, header: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{isy.url}/rest/config", headers={"Authorization": header}) as response,
    ):
        assert response.status == (200 if header.startswith("basic") else 401)


async def test_every_answer_has_the_headers_of_a_real_one(client) -> None:
    answer = await client.get("/rest/config")
    assert answer.headers["EXT"] == "UCoS, UPnP/1.0, UDI/1.0"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Connection"] == "Keep-Alive"
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"


async def test_the_body_says_what_the_status_line_says(client) -> None:
    good = await client.add("n001_ctl")
    again = await client.add("n001_ctl")
    start = '<?xml version="1.0" encoding="UTF-8"?>\n'
    assert good.body == start + '<RestResponse succeeded="true"><status>200</status></RestResponse>'
    refused = '<RestResponse succeeded="false"><status>400</status><reason code="5004"/></RestResponse>'
    assert again.body == start + refused


@pytest.mark.parametrize("path", ["/rest/config", "/rest/nodes", "/rest/status", "/rest/nodes/n001_ctl", "/desc"])
async def test_trailing_slashes_change_nothing(client, path: str) -> None:
    await client.add("n001_ctl")
    plain = await client.get(path)
    assert plain.status == 200
    assert (await client.get(path + "/")).body == plain.body
    assert (await client.get(path + "/?")).body == plain.body


async def test_a_url_over_255_bytes_is_refused(client, isy: SimulatedIsy) -> None:
    path = "/rest/ns/1/nodes/n001_ctl/add/ctl?name="
    assert (await client.get(path + "x" * (256 - len(path)))).status == 414
    assert not isy.state.nodes
    assert (await client.get(path + "x" * (255 - len(path)))).status == 200


async def test_what_is_not_there_is_404_and_what_is_not_a_get_is_405(client) -> None:
    assert (await client.get("/rest/nowhere")).outcome == (404, None)
    assert (await client.post("/rest/config", b"")).outcome == (405, None)


async def test_the_request_log_hides_the_password(client, isy: SimulatedIsy) -> None:
    network = "/rest/profiles/ns/1/connection/set/network?ip=h&port=1&name=N&nspwd=s3cret&nsuser=u"
    await client.get(network)
    await client.get("/rest/nowhere?a=b")
    first, second = isy.requests
    assert (first.method, first.status, second.path, second.status) == ("GET", 200, "/rest/nowhere?a=b", 404)
    assert "nsuser=u" in first.path
    assert "s3cret" not in first.path


async def test_config_names_the_isy(client, isy: SimulatedIsy) -> None:
    config = fromstring((await client.get("/rest/config")).body.encode())
    assert config.findtext("root/id") == isy.identity.uuid
    assert isy.identity.uuid.startswith("00:21:b9:")
    assert len(isy.identity.uuid) == 17
    assert int((config.findtext("app_version") or "0").split(".")[0]) >= 5
    assert "Networking Module" in [feature.findtext("desc") for feature in config.iter("feature")]


async def test_two_isys_have_two_uuids() -> None:
    assert SimulatedIsy().identity.uuid != SimulatedIsy().identity.uuid


async def test_the_description_is_for_everyone(isy: SimulatedIsy) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{isy.url}/desc") as response:
        assert f"<UDN>uuid:{isy.identity.uuid}</UDN>" in await response.text()


async def test_a_node_in_full(client) -> None:
    await client.add("n001_ctl")
    await client.get("/rest/ns/1/nodes/n001_kid/add/def1?primary=n001_ctl&name=A%20%26+B&nls=x")
    await client.get("/rest/ns/1/nodes/n001_kid/set/hint/0x01020304")
    await client.get("/rest/ns/1/nodes/n001_kid/report/status/CLITEMP/21.50/4")
    await client.get("/rest/nodes/n001_kid/disable")
    info = fromstring((await client.get("/rest/nodes/n001_kid")).body.encode())
    node, properties = info
    assert node.attrib == {"flag": "0", "nodeDefId": "def1", "nls": "x"}
    assert [(child.tag, child.text) for child in node] == [
        ("address", "n001_kid"),
        ("name", "A & B"),
        ("family", "10"),
        ("hint", "1.2.3.4"),
        ("type", "1.2.3.4"),
        ("enabled", "false"),
        ("deviceClass", "0"),
        ("wattage", "0"),
        ("dcPeriod", "0"),
        ("startDelay", "0"),
        ("endDelay", "0"),
        ("pnode", "n001_ctl"),
    ]
    assert node.find("family").get("instance") == "1"
    shown = {"id": "CLITEMP", "value": "215", "formatted": "21.5°C", "uom": "4", "prec": "1", "name": ""}
    assert properties[0].attrib == shown


async def test_all_nodes_and_their_status(client) -> None:
    await client.add("n001_ctl")
    await client.add("n001_kid", "n001_ctl")
    await client.get("/rest/ns/1/nodes/n001_ctl/report/status/ST/1/2")
    nodes = fromstring((await client.get("/rest/nodes?members=false")).body.encode())
    assert [(node.get("flag"), node.findtext("type")) for node in nodes.iter("node")] == [
        ("128", "1.1.0.0"),
        ("0", "1.1.0.0"),
    ]
    status = (await client.get("/rest/status")).body
    assert '<property id="ST" value="1" formatted="True" uom="2" name=""/>' in status  # no prec when it is 0
    assert '<node id="n001_kid"></node>' in status


async def test_a_missing_node_is_404_and_can_be_switched_by_nobody(client, isy: SimulatedIsy) -> None:
    assert (await client.get("/rest/nodes/n001_none")).status == 404
    assert (await client.get("/rest/nodes/n001_none/enable")).status == 404
    await client.add("n001_ctl")
    for switch, enabled in (("disable", False), ("enable", True)):
        assert (await client.get(f"/rest/nodes/n001_ctl/{switch}")).status == 200
        assert isy.state.nodes["n001_ctl"].enabled is enabled


async def test_the_scene_of_all_devices_has_no_nodes_of_nodeservers(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    nodes = fromstring((await client.get("/rest/nodes")).body.encode())
    assert [child.tag for child in nodes] == ["root", "node", "group"]
    assert (nodes[2].get("flag"), nodes[2].findtext("address")) == ("12", isy.identity.uuid)
    assert list(nodes[2].find("members")) == []
    devices = fromstring((await client.get("/rest/nodes/devices/")).body.encode())
    assert [child.findtext("address") for child in devices] == ["n001_ctl"]


async def test_one_driver_of_a_node(client) -> None:
    await client.add("n001_ctl")
    await client.get("/rest/ns/1/nodes/n001_ctl/report/status/ST/12.5/51")
    answer = await client.get("/rest/nodes/n001_ctl/get/ST")
    shown = '<property id="ST" value="125" formatted="12.5%" uom="51" prec="1" name=""/>'
    assert answer.body.endswith(f"<properties>{shown}</properties>")
    assert (await client.get("/rest/nodes/n001_ctl/get/GV1")).status == 404
    assert (await client.get("/rest/nodes/n001_none/get/ST")).status == 404


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("n001_ctl/change?name=Porch+%26+door", (200, None)),
        ("n001_ctl/change?name=", (400, 5007)),
        ("n001_ctl/change?name=%07", (400, 5007)),
        ("n001_none/change?name=N", (404, None)),
    ],
)
async def test_a_user_renames_a_node(client, isy: SimulatedIsy, path: str, outcome: tuple[int, int | None]) -> None:
    await client.add("n001_ctl")
    assert (await client.get(f"/rest/nodes/{path}")).outcome == outcome
    assert isy.state.nodes["n001_ctl"].name == ("Porch & door" if outcome[0] == 200 else "Node n001_ctl")


async def test_it_has_no_variables_and_says_so_in_one_line(client) -> None:
    line = '<?xml version="1.0" encoding="UTF-8"?>'
    for kind, name in ((1, "VAR_INT"), (2, "VAR_STATE")):
        assert (await client.get(f"/rest/vars/definitions/{kind}")).body == f'{line}<CList type="{name}"></CList>'
        assert (await client.get(f"/rest/vars/get/{kind}")).body == f"{line}<vars></vars>"
    assert (await client.get("/rest/vars/get/3")).status == 404
