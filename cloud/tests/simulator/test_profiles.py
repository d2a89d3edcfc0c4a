import pytest

from pgc.simulator import SimulatedIsy
from pgc.simulator.changes import Change, ProfileRemoved, ProfileUploaded
from pgc.simulator.profiles import MAX_FILE, MAX_FILES, Kind

STS = b'<sts><st id="ST" editor="b"/><st id="GV1" editor="m"/></sts>'
NODEDEFS = b'<nodeDefs><nodeDef id="ctl" nls="c">' + STS + b"</nodeDef></nodeDefs>"
EDITORS = b'<editors><editor id="m"><range uom="25" subset="0-2" nls="MODE"/></editor></editors>'
NLS = b"ST-c-GV1-NAME = Mode & more\r\nMODE-1 = Eco <b>\r\n"
UPLOAD = "/rest/ns/profile/1/upload"
NODE = "/rest/ns/1/nodes/n001_ctl"


@pytest.fixture
async def profile(client):
    for path, body in (("nodedef/nodedefs.xml", NODEDEFS), ("editor/editors.xml", EDITORS), ("nls/en_us.txt", NLS)):
        answer = await client.post(f"{UPLOAD}/{path}", body, headers={"Content-Type": "application/xml"})
        assert answer.outcome == (200, None)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("1/upload/linkdef/l.xml", 200),
        ("1/upload/nls/EN_US.TXT", 200),
        ("1/upload/version/v.txt", 400),
        ("1/upload/nls/.hidden", 400),
        ("1/upload/nls/..%2Fx", 400),
        ("1/upload/nls/" + "x" * 65, 400),
        ("26/upload/nls/en_us.txt", 404),
        ("0/upload/nls/en_us.txt", 404),
    ],
)
async def test_upload(client, path: str, status: int) -> None:
    assert (await client.post(f"/rest/ns/profile/{path}", NLS)).status == status


async def test_an_upload_is_bounded(client, isy: SimulatedIsy) -> None:
    assert (await client.post(f"{UPLOAD}/nls/en_us.txt", b"x" * MAX_FILE)).status == 200
    assert (await client.post(f"{UPLOAD}/nls/en_us.txt", b"y" * (MAX_FILE + 1))).status == 413
    assert isy.state.profiles.download(1, "nls", "en_us.txt") == b"x" * MAX_FILE


async def test_files_of_a_slot_are_bounded(client) -> None:
    for number in range(MAX_FILES):
        assert (await client.post(f"{UPLOAD}/nls/{number}.txt", b"")).status == 200
    assert (await client.post(f"{UPLOAD}/nls/more.txt", b"")).status == 507
    assert (await client.post(f"{UPLOAD}/nls/0.txt", b"again")).status == 200


@pytest.mark.usefixtures("profile")
async def test_the_bytes_come_back_as_they_were_sent(client) -> None:
    answer = await client.get("/rest/profiles/ns/1/download/nls/en_us.txt")
    assert (answer.status, answer.body.encode()) == (200, NLS)
    assert (await client.get("/rest/profiles/ns/1/download/nls/none.txt")).status == 404
    assert (await client.get("/rest/profiles/ns/1/download/odd/en_us.txt")).status == 404
    assert (await client.get("/rest/profiles/ns/2/download/nls/en_us.txt")).status == 404


@pytest.mark.usefixtures("profile")
async def test_files_are_listed_by_slot_and_folder(client) -> None:
    listed = (
        '<profile id="1"><files dir="editor"><file name="editors.xml"/></files>'
        '<files dir="nodedef"><file name="nodedefs.xml"/></files><files dir="nls"><file name="en_us.txt"/></files>'
        "</profile>"
    )
    for slot in (0, 1):
        assert f"<profiles>{listed}</profiles>" in (await client.get(f"/rest/profiles/ns/{slot}/files")).body
    assert "<profiles></profiles>" in (await client.get("/rest/profiles/ns/2/files")).body
    assert (await client.get("/rest/profiles/ns/26/files")).status == 404


@pytest.mark.usefixtures("profile")
async def test_a_nodedef_says_which_drivers_are_there(client) -> None:
    await client.add("n001_ctl")
    await client.add("n001_other", nodedef="undefined")
    assert (await client.get(f"{NODE}/report/status/GV1/1/25")).status == 200
    assert (await client.get(f"{NODE}/report/status/GV2/1/25")).outcome == (404, None)
    assert (await client.get("/rest/ns/1/nodes/n001_other/report/status/GV2/1/25")).status == 200


@pytest.mark.usefixtures("profile")
async def test_values_are_shown_with_the_profiles_words(client) -> None:
    await client.add("n001_ctl")
    await client.get(f"{NODE}/report/status/GV1/1/25")
    body = (await client.get("/rest/status")).body
    assert 'id="GV1" value="1" formatted="Eco &lt;b&gt;" uom="25" name="Mode &amp; more"/>' in body
    assert '<property id="ST" value="" formatted=" " uom="0"/>' in body


@pytest.mark.usefixtures("profile")
async def test_remove_deletes_the_slots_files(client, isy: SimulatedIsy) -> None:
    assert (await client.get("/rest/ns/1/profile/remove")).status == 200
    assert (await client.get("/rest/ns/26/profile/remove")).status == 404
    assert isy.state.profiles.slots() == []
    await client.add("n001_ctl")
    assert (await client.get(f"{NODE}/report/status/GV2/1/25")).status == 200


async def test_changes_are_announced(client, isy: SimulatedIsy) -> None:
    seen: list[Change] = []
    isy.observe(seen.append)
    await client.post(f"{UPLOAD}/nls/en_us.txt", NLS)
    await client.get("/rest/ns/1/profile/remove")
    assert seen == [ProfileUploaded(1, Kind.NLS, "en_us.txt", len(NLS)), ProfileRemoved(1)]


async def test_of_several_languages_it_speaks_english(client) -> None:
    await client.add("n001_ctl")
    for name, text in (("en_us.txt", b"ST-ST-NAME = Lamp"), ("de_de.txt", b"ST-ST-NAME = Lampe\nST-GV1-NAME = Farbe")):
        await client.post(f"{UPLOAD}/nls/{name}", text)
    for driver in ("ST", "GV1"):
        await client.get(f"{NODE}/report/status/{driver}/1/56")
    shown = (await client.get("/rest/status")).body
    assert 'name="Lamp"/>' in shown
    assert 'name="Farbe"/>' in shown, "better than nothing"
