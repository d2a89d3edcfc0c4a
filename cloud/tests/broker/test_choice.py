"""The setting says which broker it is; `auto` looks at what is installed."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pgc.broker.choice import choose_broker
from pgc.broker.embedded import EmbeddedBroker
from pgc.broker.external import ExternalBroker
from pgc.broker.mosquitto import MosquittoBroker
from pgc.broker.mosquitto_files import Installed
from pgc.secrets.authority import Authority
from pgc.settings import Settings


@pytest.fixture
def choose(tmp_path: Path):
    authority = Authority.load(tmp_path / "authority.pem")

    def choose(broker: str):
        return choose_broker(Settings(data_folder=tmp_path, broker=broker), authority, lambda name, fault: None)

    return choose


@pytest.mark.parametrize(
    ("setting", "kind"),
    [("embedded", EmbeddedBroker), ("mosquitto", MosquittoBroker), ("mqtts://admin:x@host:8883", ExternalBroker)],
)
def test_what_is_named_is_taken(choose, setting, kind):
    assert isinstance(choose(setting), kind)


def test_auto_takes_mosquitto_where_it_is_installed(choose, monkeypatch):
    monkeypatch.setattr(Installed, "find", lambda: Installed(Path("/x/mosquitto"), Path("/x/plugin.so")))
    assert isinstance(choose("auto"), MosquittoBroker)
    monkeypatch.setattr(Installed, "find", lambda: None)
    assert isinstance(choose("auto"), EmbeddedBroker)


def test_another_word_is_no_broker_and_a_url_does_not_show(tmp_path):
    with pytest.raises(ValidationError, match="broker"):
        Settings(data_folder=tmp_path, broker="rabbit")
    assert "hunter2" not in repr(Settings(data_folder=tmp_path, broker="mqtt://admin:hunter2@host"))
