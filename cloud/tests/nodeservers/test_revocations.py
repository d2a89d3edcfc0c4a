"""Logins of runs that are over: what a broker does not confirm is not forgotten, and holds up no other NodeServer."""

import pytest

from pgc.broker.errors import BrokerError
from pgc.broker.logins import Logins
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.revocations import Revocations

from .conftest import Home


class LameBroker(Logins):
    """Confirms what is not in `stuck`."""

    def __init__(self) -> None:
        self.stuck = {"a", "b"}
        self.confirmed: list[str] = []

    async def revoke(self, name: str) -> None:
        if name in self.stuck:
            raise BrokerError(f"no answer for {name}", hint="start the broker")
        self.confirmed.append(name)


@pytest.fixture
async def other(home: Home) -> NodeServer:
    return await home.add(slot=4)


async def test_each_is_asked_for_until_it_is_confirmed(nodeserver: NodeServer, other: NodeServer) -> None:
    broker = LameBroker()
    revocations = Revocations(broker)
    assert [await revocations.revoke(nodeserver, login) for login in ("a", "b", "c")] == [False, False, True]
    assert broker.confirmed == ["c"]
    await revocations.complete(other)
    broker.stuck.remove("a")
    with pytest.raises(BrokerError, match="not revoked yet: no answer for b") as refusal:
        await revocations.complete(nodeserver)
    assert refusal.value.hint == "start the broker"
    broker.stuck.clear()
    await revocations.complete(nodeserver)
    await revocations.complete(nodeserver)
    assert sorted(broker.confirmed) == ["a", "b", "c"]
