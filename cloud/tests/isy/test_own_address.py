"""Which of our addresses an ISY is told."""

import pytest

from pgc.isy.errors import IsyUnreachable
from pgc.isy.own_address import own_address_towards


async def test_the_loopback_is_reached_by_the_loopback() -> None:
    assert await own_address_towards("http://127.0.0.1:8080") == "127.0.0.1"


async def test_a_name_that_nobody_knows_is_told() -> None:
    with pytest.raises(IsyUnreachable, match="no way to nowhere"):
        await own_address_towards("http://nowhere.invalid")
