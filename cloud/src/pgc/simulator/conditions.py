"""All that an operator may set on a simulated ISY, in one shape: for the command line and for the control API."""

from typing import Annotated, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from pgc.simulator.absence import Spells
from pgc.simulator.server import SimulatedIsy

MAX_SECONDS = 86_400
MAX_NODES = 10_000
T = TypeVar("T")
_WORD = r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,62}$"

Seconds = Annotated[float, Meta(ge=0, le=MAX_SECONDS)]
Share = Annotated[float, Meta(ge=0, le=1)]
ErrorStatus = Annotated[int, Meta(ge=400, le=599)]
NodeLimit = Annotated[int, Meta(ge=0, le=MAX_NODES)]
Word = Annotated[str, Meta(pattern=_WORD)]


class Conditions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is unset stays as it is. With `offline_every` 0 it does not go off by itself any more."""

    latency: Seconds | UnsetType = UNSET
    error_rate: Share | UnsetType = UNSET
    error_status: ErrorStatus | UnsetType = UNSET
    offline_every: Seconds | UnsetType = UNSET
    offline_for: Seconds | UnsetType = UNSET
    model: Word | UnsetType = UNSET
    firmware: Word | UnsetType = UNSET
    node_limit: NodeLimit | UnsetType = UNSET

    @classmethod
    def of(cls, isy: SimulatedIsy) -> "Conditions":
        """As they are."""
        return cls(
            latency=isy.faults.latency,
            error_rate=isy.faults.error_rate,
            error_status=isy.faults.error_status,
            offline_every=isy.faults.spells.every,
            offline_for=isy.faults.spells.lasting,
            model=isy.identity.model,
            firmware=isy.identity.firmware,
            node_limit=isy.state.nodes.limit,
        )

    async def apply(self, isy: SimulatedIsy) -> None:
        """Nodes that are there already stay when the limit sinks below them."""
        faults, identity = isy.faults, isy.identity
        faults.latency = _given(self.latency, faults.latency)
        faults.error_rate = _given(self.error_rate, faults.error_rate)
        faults.error_status = _given(self.error_status, faults.error_status)
        identity.model = _given(self.model, identity.model)
        identity.firmware = _given(self.firmware, identity.firmware)
        isy.state.nodes.limit = _given(self.node_limit, isy.state.nodes.limit)
        spells = Spells(
            every=_given(self.offline_every, faults.spells.every),
            lasting=_given(self.offline_for, faults.spells.lasting),
        )
        if spells != faults.spells:
            await faults.come_and_go(spells)


def _given(value: T | UnsetType, otherwise: T) -> T:
    return otherwise if isinstance(value, UnsetType) else value
