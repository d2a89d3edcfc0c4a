"""The shape of a Polyglot 2 config: nodes and drivers are lists, and each node says a little more of itself."""

from __future__ import annotations

from typing import Any

from ...node import by_name
from ...shape import Config, Record, Shape


class ListShape(Shape):
    def config(self, body: Config) -> Config:
        if isinstance(body.get("nodes"), dict):
            return {**body, "nodes": [_record(record) for record in body["nodes"].values()]}
        return body

    def records(self, config: Config) -> dict[str, Record]:
        return {record["address"]: record for record in config["nodes"]}

    def add_record(self, config: Config, record: Record) -> None:
        if record["address"] not in self.records(config):
            config["nodes"].append(_record(record))


def _record(record: Record) -> Record:
    """With PGC's keys as well, since nothing speaks against them."""
    nodedef = record.get("nodedefid", "")
    return {
        **record,
        "node_def_id": nodedef,
        "nodedef": nodedef,
        "isprimary": record["address"] == record.get("primary"),
        "controller": record.get("isController", False),
        "timeAdded": str(record.get("timeAdded", 0)),
        "added": True,
        "enabled": True,
        "drivers": [_driver(name, driver) for name, driver in by_name(record.get("drivers") or {}).items()],
    }


def _driver(name: str, driver: dict[str, Any]) -> dict[str, Any]:
    """Values are text and units numbers, as Polyglot 2 kept them."""
    uom = str(driver.get("uom"))
    return {"driver": name, "value": driver.get("value"), "uom": int(uom) if uom.isdigit() else uom}
