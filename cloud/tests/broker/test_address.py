"""URLs of brokers: read, told again without their login, refused with a reason."""

import pytest

from pgc.broker.address import Address
from pgc.broker.errors import BrokerError


@pytest.mark.parametrize(
    ("url", "address", "told"),
    [
        ("mqtt://host", ("mqtt", "host", 1883), "mqtt://host:1883"),
        ("mqtts://admin:secret@host", ("mqtts", "host", 8883), "mqtts://host:8883"),
        ("mqtt://[::1]:99", ("mqtt", "::1", 99), "mqtt://[::1]:99"),
        ("unix:///two%20words/mqtt", ("unix", "/two words/mqtt", 0), "unix:///two%20words/mqtt"),
    ],
)
def test_an_address_is_told_without_its_login(url, address, told):
    read = Address.of(url)
    assert (read.scheme, read.host, read.port) == address
    assert read.url == told


@pytest.mark.parametrize("url", ["", "http://host", "mqtt://", "unix://", "mqtt://admin:secret@host:port"])
def test_what_is_no_address_is_refused_without_telling_secrets(url):
    with pytest.raises(BrokerError, match="not the address of a broker") as caught:
        Address.of(url)
    assert "secret" not in str(caught.value)
