"""wire.py against the protocol's page: every key of both directions, the bounds, and what is saved of a bad frame."""

from __future__ import annotations

import msgspec
import pytest

from pgc_interface import wire

UP = {
    "connected": True,
    "addnode": {"address": "n1", "name": "N", "nodedefid": "d", "primary": "c", "drivers": {}, "isController": False},
    "removenode": {"address": "n1"},
    "batch": {"status": [{"address": "n1", "driver": "ST", "value": "1", "uom": "2"}]},
    "status": {"address": "n1", "driver": "ST", "value": "1", "uom": "2"},
    "command": {"address": "n1", "command": "DON", "value": "1", "uom": "2"},
    "customdata": {"a": [1, None, {"b": 2.5}]},
    "customparams": {"a": "1"},
    "notices": {"a": "<b>html</b>"},
    "patchparams": {"set": {"a": 1}, "unset": ["b"]},
    "patchnotices": {"set": {"a": "x"}, "unset": []},
    "patchtyped": {"set": {}, "unset": ["a"]},
    "customparamsdoc": "# page",
    "typedparams": [{"name": "x"}],
    "typedcustomdata": {"x": [1]},
    "addnotice": {"key": "a", "value": "x"},
    "removenotice": {"key": "a"},
    "polls": {"shortPoll": "30", "longPoll": 60},
    "installprofile": {},
    "restart": {},
    "stop": {},
    "ack": {"mid": "m"},
    "beat": {"handler": "query", "since": 1.5},
    "webhookResponse": {"id": "w", "status": 201, "headers": {"a": "b"}, "body": "x"},
}
UP_ISY = {
    "uploadProfile": {"type": "nls", "filename": "en_us.txt", "payload": "eA==", "last": True},
    "report": {"requestId": "7", "success": False},
}
DOWN = {
    "config": {"anything": 1},
    "result": {"addnode": [{"success": True, "address": "n1", "statusCode": 200}], "seq": {"upTo": 3}},
    "query": {"address": "all"},
    "status": {"address": "n1"},
    "command": {"address": "n1", "cmd": "DON", "value": "1", "uom": "2", "query": {"H.uom4": "20", "requestId": "7"}},
    "shortPoll": {},
    "longPoll": {},
    "polls": {"shortPoll": 30, "longPoll": 60},
    "oauth": {"code": "c", "state": "w", "more": [1]},
    "delete": {},
    "stop": "",
    "startLogStream": {"clientId": "x"},
    "stopLogStream": {"clientId": "x"},
    "webhook": {"id": "w", "path": "/x", "headers": {"a": "b"}, "query": {"q": "1"}, "body": "x"},
    "logLevel": {"level": "INFO"},
    "discover": {},
}
TABLE = [
    *((wire.Upstream, key, body) for key, body in UP.items()),
    *((wire.IsyUpstream, key, body) for key, body in UP_ISY.items()),
    *((wire.Downstream, key, body) for key, body in DOWN.items()),
]


@pytest.mark.parametrize(("kind", "key", "body"), TABLE, ids=[f"{kind.__name__} {key}" for kind, key, _ in TABLE])
def test_every_key_comes_through(kind: type[msgspec.Struct], key: str, body: object) -> None:
    message = wire.decode(msgspec.json.encode({key: body, "unknown": 1}), kind)
    assert getattr(message, key) is not None
    again = wire.decode(wire.encode(message), kind)
    assert again == message
    sent = msgspec.json.decode(wire.encode(message))
    assert set(sent) == {key}
    assert sent[key] == body or _within(sent[key], body)


def _within(sent: object, body: object) -> bool:
    """Whether all that was sent was in the body: fields at their defaults are left out."""
    if isinstance(sent, dict) and isinstance(body, dict):
        return all(key in body and _within(value, body[key]) for key, value in sent.items())
    return sent == body


def test_the_tables_are_complete() -> None:
    assert set(wire.Upstream.__struct_fields__) - wire.ENVELOPE_KEYS == set(UP)
    assert set(wire.IsyUpstream.__struct_fields__) - wire.ENVELOPE_KEYS == set(UP_ISY)
    assert set(wire.Downstream.__struct_fields__) - {"mid"} == set(DOWN)


@pytest.mark.parametrize(
    ("key", "durable"),
    [(key, key not in {"connected", "status", "batch", "ack", "beat", "webhookResponse"}) for key in UP],
)
def test_which_lane(key: str, durable: bool) -> None:
    assert wire.is_durable({key: UP[key], "userId": "u"}) is durable


def test_the_lane_of_batches_and_the_isys_topic() -> None:
    assert wire.is_durable({"batch": {"addnode": [UP["addnode"]], "status": []}})
    assert wire.is_durable({"batch": {"removenode": [{"address": "n1"}]}})
    assert all(wire.is_durable({key: body}) for key, body in UP_ISY.items())
    assert not wire.is_durable({"userId": "u", "seq": 1})


def status(**changed: object) -> dict[str, object]:
    return {"address": "n1", "driver": "ST", "value": "1", "uom": "2", **changed}


@pytest.mark.parametrize(
    ("frame", "place"),
    [
        ({"status": status(address="")}, "$.status.address"),
        ({"status": status(address="x" * 65)}, "$.status.address"),
        ({"status": status(address=5)}, "$.status.address"),
        ({"status": status(driver="x" * 33)}, "$.status.driver"),
        ({"status": status(value="x" * 513)}, "$.status.value"),
        ({"status": status(value=None)}, "$.status.value"),
        ({"status": status(value=[1])}, "$.status.value"),
        ({"status": {"address": "n1"}}, "$.status"),
        ({"seq": 0}, "$.seq"),
        ({"batch": {"status": [status()] * (wire.MAX_BATCH + 1)}}, "$.batch.status"),
        ({"notices": {str(number): "x" for number in range(201)}}, "$.notices"),
        ({"notices": {"a": "x" * (256 * 1024 + 1)}}, "$.notices"),
        ({"notices": {"": "x"}}, "$.notices"),
        ({"customparams": {str(number): 1 for number in range(10_001)}}, "$.customparams"),
        ({"patchparams": {"unset": [5]}}, "$.patchparams.unset"),
        ({"command": {"address": "n1", "command": ""}}, "$.command.command"),
        ({"ack": {"mid": "x" * 65}}, "$.ack.mid"),
        ({"webhookResponse": {"id": "w", "status": 99}}, "$.webhookResponse.status"),
        ({"addnode": {**UP["addnode"], "hint": [1, 2, 3, 4, 5]}}, "$.addnode.hint"),
        ({"addnode": {**UP["addnode"], "drivers": {f"GV{n}": {} for n in range(65)}}}, "$.addnode.drivers"),
    ],
)
def test_bounds_refuse_and_name_the_place(frame: object, place: str) -> None:
    with pytest.raises(wire.WireError) as refusal:
        wire.decode(msgspec.json.encode(frame), wire.Upstream)
    assert place in str(refusal.value)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "zip", "filename": "a.xml", "payload": ""},
        {"type": "nls", "filename": "../a.txt", "payload": ""},
        {"type": "nls", "filename": ".a.txt", "payload": ""},
        {"type": "nls", "filename": "a.txt", "payload": "x" * (wire.MAX_PROFILE_FILE * 3 // 2 + 1)},
    ],
    ids=["kind", "path", "hidden", "too large"],
)
def test_profile_files_are_bounded(body: object) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(msgspec.json.encode({"uploadProfile": body}), wire.IsyUpstream)


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b" " * (wire.MAX_FRAME + 1)])
def test_what_is_no_frame_is_refused(payload: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(payload, wire.Upstream)
    with pytest.raises(wire.WireError):
        wire.decode_upstream(payload)


@pytest.mark.parametrize("message", [{"a": object()}, {"a": "\ud800"}, {"a": "x" * wire.MAX_FRAME}, {(1, 2): 3}])
def test_what_cannot_be_sent_is_refused(message: object) -> None:
    with pytest.raises(wire.WireError):
        wire.encode(message)


def test_a_good_frame_has_nothing_to_salvage() -> None:
    frame, refused = wire.decode_upstream(msgspec.json.encode({"seq": 4, "status": status()}))
    assert (frame.seq, refused) == (4, [])


def test_one_wrong_entry_of_a_batch_costs_only_itself() -> None:
    batch = {"status": [status(), status(value=None), status(driver="GV1")], "addnode": "x", "other": 1}
    frame, refused = wire.decode_upstream(msgspec.json.encode({"batch": batch}))
    assert frame.batch is not None
    assert [entry.driver for entry in frame.batch.status] == ["ST", "GV1"]
    assert [reason.split(":")[0] for reason in refused] == ["batch.status[1]", "batch.addnode"]


def test_one_wrong_key_costs_only_itself() -> None:
    payload = msgspec.json.encode({"seq": 9, "notices": [1], "command": UP["command"], "unknown": 1})
    frame, refused = wire.decode_upstream(payload)
    assert (frame.seq, frame.notices, frame.command is not None) == (9, None, True)
    assert [reason.split(":")[0] for reason in refused] == ["notices"]


def test_of_a_batch_too_long_the_first_are_kept() -> None:
    batch = {"status": [status(value=number) for number in range(wire.MAX_BATCH + 5)]}
    frame, refused = wire.decode_upstream(msgspec.json.encode({"batch": batch}))
    assert frame.batch is not None
    assert len(frame.batch.status) == wire.MAX_BATCH
    assert len(refused) == 1


def test_topics() -> None:
    topics = wire.Topics("prod/isy/w", "w", "u")
    assert (topics.up, topics.isy, topics.down) == ("prod/isy/w/ns", "prod/isy/w/isy", "prod/isy/w/ns/w")
    assert topics.logs == "prod/isy/w/frontend/u/logs/w"


def test_the_init_has_every_key_of_the_page() -> None:
    init = msgspec.to_builtins(wire.Init(id="i", profileNum="1", userId="u", worker="w", name="n"))
    original = (
        "id profileNum userId worker name type url language version isyVersion nodes shortPoll longPoll customParams "
        "customData notices oauth netInfo firstRun timeAdded timeStarted lastDisconnect connected development "
        "logBucket isyUsername customParamsDoc typedParams typedCustomData logLevel timezone rev"
    )
    assert set(original.split()) <= set(init)
    assert "isyPassword" not in init
    assert set(init["netInfo"]) == {"publicIp", "publicDns", "publicPort", "httpsIngress", "webhookUrl"}
    assert set(init["rev"]) == {"params", "notices", "data", "seq"}
