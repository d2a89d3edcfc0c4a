"""Reports and answers, seen from the state they leave and the changes they announce."""

from pgc.simulator import IsyState, SimulatedIsy
from pgc.simulator.changes import Change, CommandReported, DriverReported, RequestAnswered
from pgc.simulator.commands import Param
from pgc.simulator.pending import MAX_PENDING

NODE = "/rest/ns/1/nodes/n001_ctl"


async def test_a_report_is_announced_with_whether_it_changed_anything(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    seen: list[Change] = []
    isy.observe(seen.append)
    for value, uom in (("12.5", "4"), ("12.50", "4"), ("12.5", "17"), ("no", "17")):
        await client.get(f"{NODE}/report/status/GV1/{value}/{uom}")
    assert seen == [
        DriverReported("n001_ctl", "GV1", "12.5", 4, True),
        DriverReported("n001_ctl", "GV1", "12.50", 4, False),
        DriverReported("n001_ctl", "GV1", "12.5", 17, True),
    ]
    reading = isy.state.reading("n001_ctl", "GV1")
    assert reading is not None
    assert (reading.value, reading.uom) == ("12.5", 17)


async def test_what_was_never_reported_has_no_reading(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    assert isy.state.reading("n001_ctl", "GV9") is None
    assert isy.state.reading("n001_none", "ST") is None


async def test_a_reported_command_keeps_value_unit_and_parameters(client, isy: SimulatedIsy) -> None:
    await client.add("n001_ctl")
    seen: list[Change] = []
    isy.observe(seen.append)
    await client.get(f"{NODE}/report/cmd/DON")
    await client.get(f"{NODE}/report/cmd/SET/5.5/51?OL.51=3&RR.uom58=2&X=1")
    assert seen == [
        CommandReported("n001_ctl", "DON"),
        CommandReported(
            "n001_ctl", "SET", "5.5", 51, {"OL": Param("3", 51), "RR": Param("2", 58), "X": Param("1", None)}
        ),
    ]


async def test_request_answers(client, isy: SimulatedIsy) -> None:
    seen: list[Change] = []
    isy.observe(seen.append)
    good, bad, kept = (isy.state.requests.open(1) for _ in range(3))
    base = "/rest/ns/1/report/request"
    assert (await client.get(f"{base}/{good}/success")).status == 200
    assert (await client.get(f"{base}/{good}/success")).status == 404
    assert (await client.get(f"{base}/{bad}/fail")).status == 200
    assert (await client.get(f"{base}/{kept}/failed")).status == 401
    assert (await client.get(f"/rest/ns/2/report/request/{kept}/success")).status == 404
    assert (await client.get(f"{base}/unknown/success")).status == 404
    assert seen == [RequestAnswered(1, good, True), RequestAnswered(1, bad, False)]
    assert kept in isy.state.requests


def test_open_requests_are_bounded() -> None:
    requests = IsyState().requests
    first = requests.open(1)
    ids = [requests.open(1) for _ in range(MAX_PENDING)]
    assert first not in requests
    assert all(each in requests for each in ids)
