"""The ISY calls NodeServers: at a real listener, with the login it was given."""

import asyncio
from base64 import b64encode

import pytest

from pgc.simulator import CallFailed, NotConnected, SimulatedIsy, UnknownNode
from pgc.simulator.commands import Param

ANSWER = "/rest/ns/1/report/request"


async def test_commands_as_an_isy_sends_them(isy: SimulatedIsy, node_server) -> None:
    assert await isy.send_command("n001_ctl", "DON") == 200
    assert await isy.send_command("n001_ctl", "SETX", 5) == 200
    assert await isy.send_command("n001_ctl", "SETX", "21.5", 4, {"OL": Param("3", 51), "X": Param("1")}) == 200
    assert node_server.paths == [
        "/isy/1/nodes/n001_ctl/cmd/DON",
        "/isy/1/nodes/n001_ctl/cmd/SETX/5",
        "/isy/1/nodes/n001_ctl/cmd/SETX/21.5/4?OL.uom51=3&X=1",
    ]
    login = "Basic " + b64encode(b"pgc:s3cret").decode()
    assert {call.headers["Authorization"] for call in node_server.calls} == {login}
    assert {call.method for call in node_server.calls} == {"GET"}


async def test_the_status_of_the_other_side_is_handed_on(isy: SimulatedIsy, node_server) -> None:
    node_server.status = 401
    assert await isy.send_command("n001_ctl", "DON") == 401


async def test_a_users_client_presses_the_buttons(client, node_server) -> None:
    for path in ("cmd/DON", "cmd/SETX/5/56", "cmd/P?A.uom51=3&B.17=-2.5", "cmd/DOF/"):
        assert (await client.get(f"/rest/nodes/n001_ctl/{path}")).outcome == (200, None)
    assert [path.removeprefix("/isy/1/nodes/n001_ctl/") for path in node_server.paths] == [
        "cmd/DON",
        "cmd/SETX/5/56",
        "cmd/P?A.uom51=3&B.uom17=-2.5",
        "cmd/DOF",
    ]


@pytest.mark.parametrize("path", ["cmd/D%20N", "cmd/SET/x", "cmd/SET/1/furlong", "cmd/SET?A.uom51=x", "cmd/SET?A-B=1"])
async def test_a_malformed_command_is_not_sent(client, node_server, path: str) -> None:
    assert (await client.get(f"/rest/nodes/n001_ctl/{path}")).status == 400
    assert node_server.calls == []


async def test_what_a_user_hears_when_it_cannot_be_sent(client, node_server) -> None:
    assert (await client.get("/rest/nodes/n001_none/cmd/DON")).status == 404
    assert (await client.get("/rest/query/n001_none")).status == 404
    node_server.status = 503
    assert (await client.get("/rest/nodes/n001_ctl/cmd/DON")).status == 503
    await client.get("/rest/profiles/ns/1/connection/remove")
    assert (await client.get("/rest/nodes/n001_ctl/cmd/DON")).status == 404


async def test_nobody_to_call(client, isy: SimulatedIsy, node_server, unused_tcp_port: int) -> None:
    with pytest.raises(UnknownNode, match="n001_none"):
        await isy.send_command("n001_none", "DON")
    await client.get(node_server.network.replace("enabled=true", "enabled=false"))
    with pytest.raises(NotConnected, match="Slot 1"):
        await isy.send_command("n001_ctl", "DON")
    await client.get(node_server.network.replace(str(node_server.port), str(unused_tcp_port)))
    with pytest.raises(CallFailed, match=str(unused_tcp_port)):
        await isy.send_command("n001_ctl", "DON")
    assert (await client.get("/rest/nodes/n001_ctl/cmd/DON")).status == 503


@pytest.mark.parametrize(("word", "expected"), [("success", True), ("fail", False)])
@pytest.mark.parametrize("question", ["query", "status"])
async def test_a_question_waits_for_its_answer(client, isy, node_server, word, expected, question) -> None:
    ask = isy.query if question == "query" else isy.query_status
    asking = asyncio.create_task(ask("n001_ctl", timeout=10))
    await node_server.called()
    call = node_server.calls[0]
    assert call.path == f"/isy/1/nodes/n001_ctl/{question}"
    assert not asking.done()
    assert (await client.get(f"{ANSWER}/{call.query['requestId']}/{word}")).status == 200
    assert await asking is expected


async def test_a_question_without_an_answer_ends(client, isy: SimulatedIsy, node_server) -> None:
    assert await isy.query("n001_ctl", timeout=0.05) is None
    request_id = node_server.calls[0].query["requestId"]
    assert (await client.get(f"{ANSWER}/{request_id}/success")).status == 404


async def test_a_question_that_is_refused_has_failed(isy: SimulatedIsy, node_server) -> None:
    node_server.status = 404
    assert await isy.query("n001_ctl") is False


async def test_each_question_has_its_own_id(client, isy: SimulatedIsy, node_server) -> None:
    async with asyncio.TaskGroup() as group:
        first, second = (group.create_task(isy.query("n001_ctl")) for _ in range(2))
        await node_server.called(2)
        ids = [call.query["requestId"] for call in node_server.calls]
        await client.get(f"{ANSWER}/{ids[1]}/fail")
        await client.get(f"{ANSWER}/{ids[0]}/success")
    assert {first.result(), second.result()} == {True, False}


async def test_a_users_query_is_answered_at_once_and_asks(client, isy: SimulatedIsy, node_server) -> None:
    assert (await client.get("/rest/query/n001_ctl")).status == 200
    request_id = node_server.calls[0].query["requestId"]
    assert (await client.get(f"{ANSWER}/{request_id}/success")).status == 200


async def test_a_query_of_all_asks_every_nodeserver_though_one_is_away(
    client, node_server, unused_tcp_port: int, caplog
) -> None:
    said = asyncio.Event()
    caplog.handler.addFilter(lambda _record: said.set() or True)
    away = node_server.network.replace("/ns/1/", "/ns/2/").replace(str(node_server.port), str(unused_tcp_port))
    off = node_server.network.replace("/ns/1/", "/ns/3/").replace("enabled=true", "enabled=false")
    assert [(await client.get(network)).status for network in (away, off)] == [200, 200]
    assert (await client.get("/rest/query")).status == 200
    await node_server.called()
    assert node_server.calls[0].path == "/isy/1/nodes/0/query"
    assert (await client.get(f"{ANSWER}/{node_server.calls[0].query['requestId']}/success")).status == 200
    async with asyncio.timeout(10):
        await said.wait()
    assert f"slot 2 at 127.0.0.1:{unused_tcp_port}" in caplog.text
    assert "slot 3" not in caplog.text


async def test_add_nodes_makes_the_isy_ask_for_them(client, node_server) -> None:
    assert (await client.get("/rest/ns/1/add/nodes")).status == 200
    assert (await client.get("/rest/ns/2/add/nodes")).status == 404
    await node_server.called()
    assert node_server.paths == ["/isy/1/add/nodes"]


async def test_add_nodes_survives_a_node_server_that_is_away(client, node_server, unused_tcp_port, caplog) -> None:
    said = asyncio.Event()
    caplog.handler.addFilter(lambda _record: said.set() or True)
    await client.get(node_server.network.replace(str(node_server.port), str(unused_tcp_port)))
    assert (await client.get("/rest/ns/1/add/nodes")).status == 200
    async with asyncio.timeout(10):
        await said.wait()
    assert str(unused_tcp_port) in caplog.text
