"""How a NodeServer's run went, in figures."""

from dataclasses import asdict, dataclass, field

from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`nodes` are the addresses that the ISY has; `drivers` their confirmed values."""

    name: str
    state: State
    reason: str
    controller_on_isy: bool
    clean_stop: bool
    nodes: list[str]
    drivers: dict[str, dict[str, str]] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    errors: int = 0

    @property
    def ok(self) -> bool:
        return self.controller_on_isy and self.clean_stop

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "ok": self.ok}


def summarize(nodeserver: NodeServer) -> Summary:
    """Of a NodeServer that has ended."""
    on_isy = {address: node for address, node in nodeserver.nodes.items() if node.record.on_isy}
    controller = nodeserver.controller
    exit_ = nodeserver.last_exit
    return Summary(
        name=nodeserver.record.name,
        state=nodeserver.state,
        reason=nodeserver.reason,
        controller_on_isy=controller is not None and controller.record.on_isy,
        clean_stop=nodeserver.state is State.STOPPED and exit_ is not None and exit_.code == 0,
        nodes=list(on_isy),
        drivers={
            address: {name: driver.value for name, driver in node.drivers.items() if driver.confirmed}
            for address, node in on_isy.items()
        },
        notices=nodeserver.saved.notices,
        errors=nodeserver.journal.errors,
    )
