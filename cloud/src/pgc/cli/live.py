"""The live table of the demo: nodes and driver values as the ISY sees them."""

import time
from collections.abc import Iterable

from rich.live import Live
from rich.markup import escape
from rich.table import Table

from pgc.cli.output import console
from pgc.cli.running import Interrupts
from pgc.cli.texts import shown
from pgc.nodeservers.nodeserver import NodeServer
from pgc.simulator.changes import Change, DriverReported, NodeAdded
from pgc.simulator.nodes import Node
from pgc.simulator.server import SimulatedIsy
from pgc.simulator.values import formatted

_PER_SECOND = 4


async def show_live(isy: SimulatedIsy, nodeservers: Iterable[NodeServer], interrupts: Interrupts) -> None:
    """Until Ctrl-C: a table that follows on a terminal, lines of what changes elsewhere."""
    if not console.is_terminal:
        forget = isy.observe(_print_change)
        await interrupts.wait()
        forget()
        return
    by_slot = {nodeserver.slot: nodeserver for nodeserver in nodeservers}
    with Live(_table(isy, by_slot), console=console, auto_refresh=False) as live:
        while not await interrupts.wait(1 / _PER_SECOND):
            live.update(_table(isy, by_slot), refresh=True)


def _table(isy: SimulatedIsy, by_slot: dict[int, NodeServer]) -> Table:
    table = Table("Slot", "NodeServer", "Node", "Name", "Drivers", title="What the ISY sees")
    for node in isy.state.nodes.values():
        owner = by_slot.get(node.slot)
        name = f"{owner.record.name} ({owner.state})" if owner and node.is_primary else ""
        texts = (escape(shown(text)) for text in (name, node.address, node.name))
        table.add_row(str(node.slot), *texts, _drivers(node))
    return table


def _drivers(node: Node) -> str:
    return "  ".join(f"{driver} [bold]{formatted(reading)}[/]" for driver, reading in node.drivers.items())


def _print_change(change: Change) -> None:
    clock = time.strftime("%H:%M:%S")
    if isinstance(change, NodeAdded):
        console.print(shown(f"{clock} node {change.address} ({change.name})"), markup=False)
    elif isinstance(change, DriverReported) and change.changed:
        console.print(f"{clock} {change.address} {change.driver} = {change.value}", markup=False)
