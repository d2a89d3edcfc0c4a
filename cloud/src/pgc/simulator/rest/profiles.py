"""Profiles and connections of the slots: uploads, listings, downloads, and where NodeServers are called."""

from aiohttp import web

from pgc.simulator.addresses import SLOTS
from pgc.simulator.documents import connection_list, profile_files
from pgc.simulator.outcomes import NOT_FOUND
from pgc.simulator.profiles import Kind
from pgc.simulator.rest.replies import get, post, reply, slot_of, xml
from pgc.simulator.state import IsyState
from pgc.simulator.tidy import as_uploaded, tidied

_SLOT = "{slot:[0-9]{1,3}}"
_PROFILES = f"/rest/profiles/ns/{_SLOT}"


class ProfileCalls:
    """Slot 0 stands for all of them where something is listed. With `tidy` downloads are in a form that every client
    can read, else byte for byte what was uploaded."""

    def __init__(self, state: IsyState, tidy: bool = False) -> None:
        self._state = state
        self._offered = tidied if tidy else as_uploaded

    def routes(self) -> list[web.RouteDef]:
        return [
            post(f"/rest/ns/profile/{_SLOT}/upload/{{kind}}/{{name}}", self._upload),
            get(f"/rest/ns/{_SLOT}/profile/remove", self._remove_profile),
            get(f"{_PROFILES}/connection", self._connections),
            get(f"{_PROFILES}/connection/set/network", self._set_connection),
            get(f"{_PROFILES}/connection/remove", self._remove_connection),
            get(f"{_PROFILES}/files", self._files),
            get(f"{_PROFILES}/download/{{kind}}/{{name}}", self._download),
        ]

    async def _upload(self, request: web.Request) -> web.Response:
        part, body = request.match_info, await request.read()
        return reply(self._state.upload_profile(slot_of(request), part["kind"], part["name"], body))

    async def _remove_profile(self, request: web.Request) -> web.Response:
        return reply(self._state.remove_profile(slot_of(request)))

    async def _connections(self, request: web.Request) -> web.Response:
        slot, connections = slot_of(request), self._state.connections
        if slot and slot not in SLOTS:
            return reply(NOT_FOUND)
        return xml(connection_list(each for each in connections.values() if slot in (0, each.profile)))

    async def _set_connection(self, request: web.Request) -> web.Response:
        return reply(self._state.set_connection(slot_of(request), request.query))

    async def _remove_connection(self, request: web.Request) -> web.Response:
        return reply(self._state.remove_connection(slot_of(request)))

    async def _files(self, request: web.Request) -> web.Response:
        slot, profiles = slot_of(request), self._state.profiles
        if slot and slot not in SLOTS:
            return reply(NOT_FOUND)
        listed = [each for each in profiles.slots() if slot in (0, each)]
        return xml(profile_files({each: self._names(each) for each in listed}))

    async def _download(self, request: web.Request) -> web.Response:
        part = request.match_info
        if part["kind"] not in list(Kind):
            return reply(NOT_FOUND)
        body = self._offered(self._state.profiles[slot_of(request)], Kind(part["kind"])).get(part["name"])
        return reply(NOT_FOUND) if body is None else xml(body)

    def _names(self, slot: int) -> dict[Kind, list[str]]:
        return {kind: list(self._offered(self._state.profiles[slot], kind)) for kind in Kind}
