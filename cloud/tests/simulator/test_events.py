"""What subscribers hear, on a real websocket, held against frames captured from a real controller."""

import asyncio
import re

import aiohttp
import pytest
from defusedxml.ElementTree import fromstring

from pgc.simulator import SimulatedIsy
from pgc.simulator.events import subscription
from pgc.simulator.events.events import MAX_SUBSCRIBERS

from .subscriber import PATIENCE, Subscriber, subscribed

NODE = "/rest/ns/1/nodes/n001_ctl"
NODEDEFS = b'<nodeDefs><nodeDef id="water" nls="w"><sts><st id="GV1" editor="_69_4"/></sts></nodeDef></nodeDefs>'
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Event seqnum="N" sid="uuid:N" timestamp="T">'


def blotted(text: str) -> str:
    """Without what differs from one capture to the next."""
    text = re.sub(r'seqnum="\d+" sid="uuid:\d+"', 'seqnum="N" sid="uuid:N"', text)
    return re.sub(r'timestamp="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d"', 'timestamp="T"', text)


@pytest.fixture
async def stream(isy: SimulatedIsy, client):
    """A subscriber that has had its replay: there was nothing to be replayed but the ISY itself."""
    async with subscribed(isy, client.session) as stream:
        await stream.until("_0")
        yield stream


async def test_a_subscriber_is_let_in_by_its_login_and_protocol(isy: SimulatedIsy, client) -> None:
    async with subscribed(isy, client.session) as stream:
        assert stream.socket.protocol == "ISYSUB"
        assert (isy.requests[-1].path, isy.requests[-1].status) == ("/rest/subscribe", 101)
    async with aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await stranger.ws_connect(f"{isy.url}/rest/subscribe")
    assert refused.value.status == 401
    assert (await client.get("/rest/subscribe")).status == 400


async def test_a_driver_is_told_as_a_real_isy_tells_it(client, stream: Subscriber) -> None:
    await client.post("/rest/ns/profile/10/upload/nodedef/nodedefs.xml", NODEDEFS)
    await client.post("/rest/ns/profile/10/upload/nls/en_us.txt", b"ST-w-GV1-NAME = Current")
    await client.add("n010_x", nodedef="water", slot=10)
    await client.get("/rest/ns/10/nodes/n010_x/report/status/GV1/1.1114/69")
    frames = await stream.until("GV1")
    assert blotted(frames[-1].text) == EMPTY + (
        '<control>GV1</control><action uom="69" prec="4">11114</action><node>n010_x</node><eventInfo></eventInfo>'
        "<fmtAct>1.1114 US gallons</fmtAct><fmtName>Current</fmtName></Event>"
    )


async def test_an_added_node_is_told_in_full_between_busy_and_idle(client, stream: Subscriber) -> None:
    await client.get(
        "/rest/ns/9/nodes/n009_harmonyctrl/add/HarmonyController?primary=n009_harmonyctrl&name=HarmonyHub%20Controller"
    )
    busy, added, idle = [await stream.next() for _ in range(3)]
    assert blotted(added.text) == EMPTY + (
        "<control>_3</control><action>ND</action><node>n009_harmonyctrl</node><eventInfo>"
        '<node flag="128" nodeDefId="HarmonyController"><address>n009_harmonyctrl</address>'
        '<name>HarmonyHub Controller</name><family instance="9">10</family><hint>0.0.0.0</hint><type>1.1.0.0</type>'
        "<enabled>true</enabled><deviceClass>0</deviceClass><wattage>0</wattage><dcPeriod>0</dcPeriod>"
        "<startDelay>0</startDelay><endDelay>0</endDelay><pnode>n009_harmonyctrl</pnode></node></eventInfo></Event>"
    )
    assert blotted(busy.text) == EMPTY + (
        "<control>_5</control><action>1</action><node></node><eventInfo></eventInfo></Event>"
    )
    assert idle.said == ("_5", "0", "")


@pytest.mark.parametrize(
    ("path", "action", "info"),
    [
        ("/rest/nodes/n001_ctl/change?name=A+%26+B", "NN", "<newName>A &amp; B</newName>"),
        ("/rest/nodes/n001_ctl/disable", "EN", "<enabled>false</enabled>"),
        ("/rest/nodes/n001_ctl/enable", "EN", "<enabled>true</enabled>"),
        (f"{NODE}/change/other", "NI", ""),
        (f"{NODE}/remove", "NR", ""),
    ],
)
async def test_what_becomes_of_a_node_is_told(client, stream: Subscriber, path: str, action: str, info: str) -> None:
    await client.add("n001_ctl")
    assert (await client.get(path)).status == 200
    told = (await stream.until("_3", action))[-1]
    assert f"<node>n001_ctl</node><eventInfo>{info}</eventInfo>" in told.text
    assert (await stream.next()).said == ("_5", "0", "")


async def test_a_new_parent_is_told(client, isy: SimulatedIsy, stream: Subscriber) -> None:
    await client.add("n001_ctl")
    await client.add("n001_kid", "n001_ctl")
    isy.state.set_parent("n001_kid", "n001_ctl")
    told = (await stream.until("_3", "PC"))[-1].xml
    assert (told.findtext("eventInfo/node"), told.findtext("eventInfo/parent")) == ("n001_kid", "n001_ctl")


async def test_only_what_changes_is_told_and_frames_are_numbered(client, stream: Subscriber) -> None:
    await client.add("n001_ctl")
    first = (await stream.until("_5", "0"))[-1].number
    for value in ("12.5", "12.50", "-3", "-3", "12.5"):
        assert (await client.get(f"{NODE}/report/status/ST/{value}/4")).status == 200
    frames = [await stream.next() for _ in range(3)]
    assert [frame.said for frame in frames] == [
        ("ST", "125", "n001_ctl"),
        ("ST", "-3", "n001_ctl"),
        ("ST", "125", "n001_ctl"),
    ]
    assert [frame.number for frame in frames] == [first + 1, first + 2, first + 3]
    assert frames[0].shown == ("12.5°C", "Status")


async def test_commands_are_told_without_a_unit_unless_they_have_one(client, stream: Subscriber) -> None:
    await client.add("n001_ctl")
    await client.get(f"{NODE}/report/cmd/DON")
    await client.get(f"{NODE}/report/cmd/SET/21.5/4")
    plain, valued = (await stream.until("DON"))[-1], (await stream.until("SET"))[-1]
    assert "<control>DON</control><action>0</action><node>n001_ctl</node><eventInfo></eventInfo></Event>" in plain.text
    assert '<action uom="4" prec="1">215</action>' in valued.text
    assert valued.shown == (None, None)


async def test_a_later_subscriber_hears_the_latest_of_everything(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    await client.add("n001_gone", "n001_ctl")
    await client.add("n001_kid", "n001_ctl")
    for path in ("report/status/ST/1/2", "report/cmd/DON", "report/status/GV1/5/56", "report/status/ST/0/2"):
        await client.get(f"{NODE}/{path}")
    for path in ("report/status/ST/1/2", "report/cmd/DON"):
        await client.get(f"/rest/ns/1/nodes/n001_gone/{path}")
    await client.get("/rest/ns/1/nodes/n001_gone/remove")
    await client.get("/rest/ns/1/nodes/n001_kid/report/status/ST/7/56")
    async with subscribed(isy, client.session) as stream:
        frames = [await stream.next() for _ in range(9)]
    assert [frame.said for frame in frames] == [
        ("_5", "0", ""),
        ("_5", "1", ""),
        ("_3", "ND", "n001_kid"),
        ("_3", "NR", "n001_gone"),
        ("_0", "90", ""),
        ("ST", "0", "n001_ctl"),
        ("DON", "0", "n001_ctl"),
        ("GV1", "5", "n001_ctl"),
        ("ST", "7", "n001_kid"),
    ]
    assert [frame.number for frame in frames] == list(range(9))
    assert len({frame.xml.get("sid") for frame in frames}) == 1
    stamps = [frame.xml.get("timestamp") for frame in frames]
    assert stamps[7] < stamps[5] < stamps[3] < stamps[8] < stamps[4], "each has its own time, the heartbeat is new"


async def test_the_replay_speaks_the_words_of_the_profile_as_it_is_now(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl", nodedef="water")
    await client.get(f"{NODE}/report/status/GV1/3/69")
    await client.post("/rest/ns/profile/1/upload/nls/en_us.txt", b"ST-GV1-NAME = Used")
    async with subscribed(isy, client.session) as stream:
        assert (await stream.until("GV1"))[-1].shown == ("3 US gallons", "Used")


async def test_each_subscriber_counts_for_itself(client, isy: SimulatedIsy) -> None:
    async with subscribed(isy, client.session) as one, subscribed(isy, client.session) as other:
        assert [(await each.next()).number for each in (one, other)] == [0, 0]
        await client.add("n001_ctl")
        assert [(await each.until("_3"))[-1].said[1] for each in (one, other)] == ["ND", "ND"]


async def test_a_heart_beats(client) -> None:
    async with SimulatedIsy(beat=0.02) as isy, subscribed(isy, client.session) as stream:
        beats = [(await stream.until("_0"))[-1] for _ in range(4)]
    assert {beat.said for beat in beats} == {("_0", "90", "")}
    assert len({beat.xml.get("timestamp") for beat in beats}) == 4


async def test_there_is_room_for_so_many_and_again_when_one_leaves(client, isy: SimulatedIsy) -> None:
    sockets = [
        await client.session.ws_connect(f"{isy.url}/rest/subscribe", protocols=["ISYSUB"])
        for _ in range(MAX_SUBSCRIBERS)
    ]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.session.ws_connect(f"{isy.url}/rest/subscribe")
    assert refused.value.status == 503
    await sockets[0].close()
    async with asyncio.timeout(PATIENCE):
        while isy.subscribers == MAX_SUBSCRIBERS:  # noqa: ASYNC110 - no event is worth having for this alone
            await asyncio.sleep(0)
    async with subscribed(isy, client.session) as stream:
        await stream.until("_0")
    for socket in sockets:
        await socket.close()


async def test_one_that_does_not_read_is_dropped_and_the_others_hear_everything(
    client, isy: SimulatedIsy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "MAX_BACKLOG", 50)
    name = "x" * 60_000  # fills what lies between the two sooner
    await client.post("/rest/ns/profile/1/upload/nls/en_us.txt", f"ST-GV1-NAME = {name}".encode())
    await client.add("n001_ctl")
    async with subscribed(isy, client.session) as reads, subscribed(isy, client.session) as sleeps:
        await reads.until("_0")
        number = 0
        while isy.subscribers == 2:
            isy.state.report_status(1, "n001_ctl", "GV1", str(number := number + 1), "56")
            assert (await reads.until("GV1"))[-1].said == ("GV1", str(number), "n001_ctl")
        assert number > 50
        assert isy.subscribers == 1
        assert await sleeps.closed() in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)
        await client.get(f"{NODE}/report/cmd/DON")
        await reads.until("DON")


async def test_stopping_says_goodbye(client) -> None:
    isy = SimulatedIsy()
    await isy.start()
    async with subscribed(isy, client.session) as stream:
        await stream.until("_0")
        ended, _ = await asyncio.gather(stream.closed(), isy.stop())
        assert ended is aiohttp.WSMsgType.CLOSE
        assert stream.socket.close_code == 1001


async def test_a_reboot_drops_subscribers_and_forgets_nothing(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    await client.get(f"{NODE}/report/status/ST/1/2")
    async with subscribed(isy, client.session) as stream:
        await stream.until("ST")
        await isy.faults.reboot()
        assert await stream.closed() in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)
    async with subscribed(isy, client.session) as stream:
        frames = await stream.until("ST")
        assert (frames[0].number, frames[-1].said) == (0, ("ST", "1", "n001_ctl"))
    assert fromstring((await client.get("/rest/nodes/n001_ctl")).body.encode()).find("node") is not None
