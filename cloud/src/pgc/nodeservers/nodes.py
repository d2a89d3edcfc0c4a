"""Nodes and drivers as the platform holds them while it runs."""

from dataclasses import dataclass, field

from pgc.storage.records import DriverRecord, NodeRecord
from pgc_interface import wire


@dataclass(slots=True)
class Driver:
    """The newest value, and whether the ISY has confirmed it. `n` is the SDK's counter of this run."""

    value: str
    uom: str
    confirmed: bool = False
    n: int = 0


@dataclass(slots=True)
class Node:
    record: NodeRecord
    drivers: dict[str, Driver] = field(default_factory=dict)

    def driver_record(self, driver: str) -> DriverRecord:
        held = self.drivers[driver]
        return DriverRecord(
            address=self.record.address, driver=driver, value=held.value, uom=held.uom, confirmed=held.confirmed
        )

    def on_wire(self) -> wire.NodeRecord:
        record = self.record
        return wire.NodeRecord(
            address=record.address,
            name=record.name,
            nodedefid=record.nodedef,
            primary=record.primary,
            drivers={name: wire.DriverValue(value=held.value, uom=held.uom) for name, held in self.drivers.items()},
            isController=record.is_controller,
            hint=record.hint,
            isPrimary=record.primary == record.address,
            timeAdded=record.time_added,
        )
