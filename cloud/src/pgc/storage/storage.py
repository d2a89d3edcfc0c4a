"""All repositories over one database, as the managers are given them."""

from pathlib import Path

from pgc.secrets.keyring import Keyring
from pgc.storage.database import Database
from pgc.storage.isys import Isys
from pgc.storage.kept import Kept
from pgc.storage.nodes import Nodes
from pgc.storage.nodeservers import NodeServers
from pgc.storage.parking import Parking
from pgc.storage.profiles import Profiles
from pgc.storage.runs import Runs
from pgc.storage.values import Values


class Storage:
    def __init__(self, path: Path, keyring: Keyring) -> None:
        self.database = Database(path)
        self.kept = Kept(self.database)
        self.isys = Isys(self.database, keyring)
        self.nodeservers = NodeServers(self.database, keyring)
        self.nodes = Nodes(self.database)
        self.values = Values(self.database)
        self.profiles = Profiles(self.database)
        self.runs = Runs(self.database)
        self.parking = Parking(self.database)

    async def open(self) -> None:
        await self.database.open()

    async def close(self) -> None:
        await self.database.close()
