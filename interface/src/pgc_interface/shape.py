"""How NodeServers see what the platform sends; a dialect has its own."""

from __future__ import annotations

from typing import Any, Dict

Config = Dict[str, Any]
Record = Dict[str, Any]


class Shape:
    """The shape of the wire, which is that of PGC: nodes by their addresses, drivers by their names."""

    def config(self, body: Config) -> Config:
        """A config of the platform, whole or in part, as `polyConfig` holds it."""
        return body

    def records(self, config: Config) -> dict[str, Record]:
        """The nodes' records in such a config, by address."""
        records: dict[str, Record] = config["nodes"]
        return records

    def add_record(self, config: Config, record: Record) -> None:
        """Put one of the wire's records into such a config, if it has none of that node."""
        config["nodes"].setdefault(record["address"], record)
