from __future__ import annotations

import json

import pytest

from pgc_interface.environment import EnvironmentIncomplete, read_broker, read_environment

INIT = {"id": "i", "profileNum": "1", "userId": "u", "worker": "w"}


def environ(**changed: str) -> dict[str, str]:
    return {"NODESERVER": json.dumps(INIT), "PGC_MQTT_URL": "mqtt://run1:pass@127.0.0.1:1884", **changed}


def test_reads_a_workers_environment() -> None:
    found = read_environment(environ(PGC_TOPIC_PREFIX="prod/isy/w", STAGE="test"))
    assert (found.stage, found.topics.up, found.topics.down) == ("test", "prod/isy/w/ns", "prod/isy/w/ns/w")
    assert found.envelope == {"userId": "u", "topic": "prod/isy/w/ns/w", "profileNum": "1", "id": "i"}


def test_without_a_prefix_the_stage_is_it() -> None:
    assert read_environment(environ(STAGE="test")).topics.up == "test/ns"


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "login", "password"),
    [
        ("mqtt://run1:p%40ss@host:99", "mqtt", "host", 99, "run1", "p@ss"),
        ("mqtts://run1:pass@host", "mqtts", "host", 8883, "run1", "pass"),
        ("mqtt://host", "mqtt", "host", 1883, "w", ""),
        ("unix:/run/b.sock", "unix", "/run/b.sock", 0, "w", ""),
        ("unix://run1:pass@/run/b.sock", "unix", "/run/b.sock", 0, "run1", "pass"),
        ("unix://run1:pass@/two%20words/b.sock", "unix", "/two words/b.sock", 0, "run1", "pass"),
    ],
)
def test_broker_urls(url: str, scheme: str, host: str, port: int, login: str, password: str) -> None:
    broker = read_broker(url, "w", {"PGC_MQTT_CA": "/ca.pem"})
    assert broker == (scheme, host, port, login, password, "/ca.pem")
    assert "p@ss" not in str(broker)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"NODESERVER": ""}, "NODESERVER is not set"),
        ({"PGC_MQTT_URL": ""}, "PGC_MQTT_URL is not set"),
        ({"NODESERVER": "{"}, "does not hold JSON"),
        ({"NODESERVER": "[]"}, "does not hold a JSON object"),
        ({"NODESERVER": "{}"}, "lacks id, profileNum, userId, worker"),
        ({"PGC_MQTT_URL": "http://x"}, "has to be mqtt://"),
        ({"PGC_MQTT_URL": "unix:"}, "has to be mqtt://"),
        ({"PGC_MQTT_URL": "mqtt://host:port"}, "cannot be read"),
    ],
)
def test_says_what_is_wrong(changed: dict[str, str], text: str) -> None:
    with pytest.raises(EnvironmentIncomplete, match=text):
        read_environment(environ(**changed))
