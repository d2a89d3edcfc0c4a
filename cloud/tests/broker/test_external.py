"""A broker of somebody else: what is wrong with it is said at the start."""

import pytest

from pgc.broker import dynsec
from pgc.broker.errors import BrokerError
from pgc.broker.external import ExternalBroker

from .other_mosquitto import OtherMosquitto


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(dynsec, "ORDER_SECONDS", 2.0)


@pytest.fixture
async def other(short_path, free_port):
    async with OtherMosquitto(short_path, free_port) as other:
        await ExternalBroker(other.url).start()
        yield other


def test_without_a_login_that_makes_others():
    with pytest.raises(BrokerError, match="holds no login") as caught:
        ExternalBroker("mqtt://host")
    assert "docs/brokers.md" in caught.value.hint


def test_a_missing_file_of_the_authority(tmp_path):
    with pytest.raises(BrokerError, match="cannot be read"):
        ExternalBroker("mqtts://admin:x@host", tmp_path / "none.pem")


async def test_nobody_there(free_port):
    with pytest.raises(BrokerError, match="does not take orders"):
        await ExternalBroker(f"mqtt://admin:secret@127.0.0.1:{free_port}").start()


async def test_a_wrong_password_is_told_without_it(other):
    url = other.url.replace("admin:", "admin:wrong")
    with pytest.raises(BrokerError, match=r"does not take orders.*[Nn]ot authori[sz]ed") as caught:
        await ExternalBroker(url).start()
    assert "wrong" not in str(caught.value)
