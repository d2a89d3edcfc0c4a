"""Where a NodeServer is found: by its worker address, or by its slot on an ISY."""

from collections.abc import Iterator

from pgc.nodeservers.errors import NoSuchNodeServer
from pgc.nodeservers.nodeserver import NodeServer


class Directory:
    def __init__(self) -> None:
        self._by_worker: dict[str, NodeServer] = {}
        self._by_slot: dict[tuple[str, int], NodeServer] = {}

    def __iter__(self) -> Iterator[NodeServer]:
        return iter(list(self._by_worker.values()))

    def add(self, nodeserver: NodeServer) -> None:
        self._by_worker[nodeserver.worker] = nodeserver
        self._by_slot[nodeserver.isy.id, nodeserver.slot] = nodeserver

    def drop(self, nodeserver: NodeServer) -> None:
        del self._by_worker[nodeserver.worker]
        del self._by_slot[nodeserver.isy.id, nodeserver.slot]

    def find(self, worker: str) -> NodeServer | None:
        return self._by_worker.get(worker)

    def at(self, isy: str, slot: int) -> NodeServer | None:
        return self._by_slot.get((isy, slot))

    def get(self, worker: str) -> NodeServer:
        """
        Raises:
            NoSuchNodeServer: there is none with this address.
        """
        nodeserver = self.find(worker)
        if nodeserver is None:
            raise NoSuchNodeServer(f"there is no NodeServer {worker}", hint="list them to see their addresses")
        return nodeserver
