"""What ISYs ask of NodeServers, brought from the ingress to the right run."""

from pgc.isy.slots import SlotLogin
from pgc.nodeservers.directory import Directory
from pgc.nodeservers.events import CalledByIsy, CommandPassed, Way
from pgc.nodeservers.nodeserver import NodeServer
from pgc.nodeservers.outbound import Outbound
from pgc.nodeservers.requests import Requests
from pgc_interface import wire

_REQUEST_KEYS = ("requestId", "requestid")


class Router:
    """Implements the ingress's side towards NodeServers."""

    def __init__(self, directory: Directory, outbound: Outbound, requests: Requests) -> None:
        self._directory = directory
        self._outbound = outbound
        self._requests = requests

    def slot_login(self, isy: str, slot: int) -> SlotLogin | None:
        nodeserver = self._directory.at(isy, slot)
        return nodeserver.slot_login if nodeserver else None

    async def query(self, isy: str, slot: int, address: str, request_id: str | None) -> None:
        query = wire.NodeQuery(address=address, requestId=request_id)
        await self._ask(isy, slot, wire.Downstream(query=query), request_id)

    async def status(self, isy: str, slot: int, address: str, request_id: str | None) -> None:
        query = wire.NodeQuery(address=address, requestId=request_id)
        await self._ask(isy, slot, wire.Downstream(status=query), request_id)

    async def command(
        self, isy: str, slot: int, address: str, cmd: str, value: str | None, uom: str | None, query: dict[str, str]
    ) -> None:
        command = wire.Command(address=address, cmd=cmd, value=value, uom=uom, query=query)
        request_id = next((query[key] for key in _REQUEST_KEYS if key in query), None)
        nodeserver = await self._ask(isy, slot, wire.Downstream(command=command), request_id)
        if nodeserver is not None:
            passed = CommandPassed(
                nodeserver=nodeserver.worker, way=Way.TO_NODESERVER, address=address, command=cmd, value=value, uom=uom
            )
            nodeserver.tell(passed)

    async def _ask(self, isy: str, slot: int, frame: wire.Downstream, request_id: str | None) -> NodeServer | None:
        nodeserver = self._directory.at(isy, slot)
        if nodeserver is None:
            return None
        nodeserver.tell(CalledByIsy(nodeserver=nodeserver.worker))
        if not nodeserver.state.is_up:
            nodeserver.journal.remark(f"the ISY's {_what(frame)} could not be passed on: {nodeserver.state}", "WARNING")
            if request_id:
                self._requests.fail(nodeserver, request_id)
            return None
        if request_id:
            self._requests.opened(nodeserver, request_id)
        if frame.command:
            await self._outbound.deliver(nodeserver, frame)
        else:
            await self._outbound.send(nodeserver, frame)
            if request_id and nodeserver.run and nodeserver.run.original:
                self._requests.closed(nodeserver, request_id, True)  # it answers to commands only
        return nodeserver


def _what(frame: wire.Downstream) -> str:
    if frame.command:
        return f"command {frame.command.cmd} to {frame.command.address}"
    return "query" if frame.query else "status request"
