"""What one ISY's reporter tells: which values arrived or were refused, which nodes are gone, whether it answers."""

from pgc.nodeservers.deletions import Deletions
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.events import DriverConfirmed
from pgc.nodeservers.hot import HotLane


class HomeListener:
    """Implements the reporter's listener for the NodeServers of one ISY."""

    def __init__(self, isy: str, directory: Directory, hot: HotLane, deletions: Deletions) -> None:
        self._isy = isy
        self._deletions = deletions
        self._directory = directory
        self._hot = hot

    def value_confirmed(self, slot: int, address: str, driver: str, value: str, uom: str) -> None:
        nodeserver = self._directory.at(self._isy, slot)
        if nodeserver is None:
            return
        self._hot.confirmed(nodeserver, address, driver, value, uom)
        nodeserver.tell(
            DriverConfirmed(nodeserver=nodeserver.worker, address=address, driver=driver, value=value, uom=uom)
        )

    def value_refused(self, slot: int, address: str, driver: str, value: str, reason: str) -> None:
        nodeserver = self._directory.at(self._isy, slot)
        if nodeserver is not None:
            nodeserver.journal.remark(f"the ISY refused {address} {driver} = {value}: {reason}", "WARNING")

    def nodes_missing(self, slot: int, addresses: frozenset[str]) -> None:
        nodeserver = self._directory.at(self._isy, slot)
        if nodeserver is not None:
            self._deletions.missing(nodeserver, addresses)

    def nodes_found(self, slot: int, addresses: frozenset[str]) -> None:
        nodeserver = self._directory.at(self._isy, slot)
        if nodeserver is not None:
            self._deletions.found(nodeserver, addresses)

    def isy_online(self, online: bool, reason: str) -> None:
        text = "the ISY answers again" if online else f"the ISY does not answer: {reason}"
        for nodeserver in self._directory:
            if nodeserver.isy.id == self._isy:
                nodeserver.journal.remark(text, "INFO" if online else "WARNING")
