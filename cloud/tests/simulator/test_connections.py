import pytest
from defusedxml.ElementTree import fromstring

from pgc.simulator import SimulatedIsy
from pgc.simulator.changes import Change, ConnectionChanged

SLOTS = "/rest/profiles/ns"
NETWORK = (
    "ip=host.local&baseurl=%2Fns%2Fx%2F3&name=My+House&nsuser=pgc&nspwd=s3cret&isyusernum=0"
    "&port=443&timeout=0&ssl=true&enabled=true"
)


@pytest.mark.parametrize("path", ["connection/set/network?", "connection/set/network/?"])
async def test_a_connection_is_listed_without_its_password(client, path: str) -> None:
    assert (await client.get(f"{SLOTS}/3/{path}{NETWORK}")).outcome == (200, None)
    answer = await client.get(f"{SLOTS}/0/connection")
    [connection] = fromstring(answer.body.encode())
    assert connection.attrib == {"profile": "3", "type": "0", "enabled": "true"}
    assert {child.tag: child.text for child in connection} == {
        "name": "My House",
        "ssl": "true",
        "sni": "false",
        "port": "443",
        "timeout": "0",
        "isyusernum": "0",
        "ip": "host.local",
        "baseurl": "/ns/x/3",
        "nsuser": "pgc",
    }
    assert "s3cret" not in answer.body


async def test_one_slot_or_all(client) -> None:
    for slot in (10, 3):
        await client.get(f"{SLOTS}/{slot}/connection/set/network?{NETWORK}")
    listed = fromstring((await client.get(f"{SLOTS}/0/connection")).body.encode())
    assert [connection.get("profile") for connection in listed] == ["3", "10"]
    [one] = fromstring((await client.get(f"{SLOTS}/10/connection/")).body.encode())
    assert one.get("profile") == "10"
    assert (await client.get(f"{SLOTS}/1/connection")).body.endswith("<connections/>")
    assert (await client.get(f"{SLOTS}/26/connection")).status == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ip=10.0.0.1&port=3000&name=N", 200),
        ("ip=::1&port=3000&name=N&timeout=5&sni=true", 200),
        ("port=3000&name=N", 400),
        ("ip=10.0.0.1&name=N", 400),
        ("ip=10.0.0.1&port=0&name=N", 400),
        ("ip=10.0.0.1&port=65536&name=N", 400),
        ("ip=10.0.0.1&port=many&name=N", 400),
        ("ip=10.0.0.1&port=3000", 400),
        ("ip=10.0.0.1/x&port=3000&name=N", 400),
        ("ip=10.0.0.1&port=3000&name=N&baseurl=noslash", 400),
        ("ip=10.0.0.1&port=3000&name=N&timeout=600", 400),
        ("ip=10.0.0.1&port=3000&name=N&isyusernum=x", 400),
        ("ip=10.0.0.1&port=3000&name=N&nspwd=a%0Ab", 400),
    ],
)
async def test_set_network(client, isy: SimulatedIsy, query: str, status: int) -> None:
    assert (await client.get(f"{SLOTS}/1/connection/set/network?{query}")).status == status
    assert (1 in isy.state.connections) == (status == 200)


async def test_a_slot_is_overwritten_and_freed(client, isy: SimulatedIsy) -> None:
    seen: list[Change] = []
    isy.observe(seen.append)
    await client.get(f"{SLOTS}/3/connection/set/network?{NETWORK}")
    await client.get(f"{SLOTS}/3/connection/set/network?{NETWORK}&sni=true&enabled=false")
    second = isy.state.connections[3]
    assert (second.sni, second.enabled, second.nspwd) == (True, True, "s3cret")
    assert "s3cret" not in repr(second)
    for _ in range(2):
        assert (await client.get(f"{SLOTS}/3/connection/remove")).status == 200
    assert not isy.state.connections
    assert isinstance(seen[0], ConnectionChanged)
    assert seen[-1] == ConnectionChanged(3, None)


@pytest.mark.parametrize("slot", [0, 26])
async def test_a_slot_out_of_range_is_refused(client, slot: int) -> None:
    assert (await client.get(f"{SLOTS}/{slot}/connection/remove")).status == 404
    assert (await client.get(f"{SLOTS}/{slot}/connection/set/network?{NETWORK}")).status == 404
