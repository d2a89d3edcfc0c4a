"""What the ISY says of itself, without its nodes: who it is, what time it is, its programs and variables."""

import time

from aiohttp import web

from pgc.simulator.automation import programs, variable_names, variables
from pgc.simulator.clock import clock
from pgc.simulator.documents import config, description
from pgc.simulator.identity import Identity
from pgc.simulator.rest.replies import get, xml


class HouseholdCalls:
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def routes(self) -> list[web.RouteDef]:
        return [
            get("/desc", self._description),
            get("/rest/config", self._config),
            get("/rest/time", self._time),
            get("/rest/programs", self._programs),
            get("/rest/vars/definitions/{kind:[12]}", self._variable_names),
            get("/rest/vars/get/{kind:[12]}", self._variables),
        ]

    async def _description(self, _request: web.Request) -> web.Response:
        return xml(description(self._identity))

    async def _config(self, _request: web.Request) -> web.Response:
        return xml(config(self._identity))

    async def _time(self, _request: web.Request) -> web.Response:
        return xml(clock(time.time()))

    async def _programs(self, _request: web.Request) -> web.Response:
        return xml(programs())

    async def _variable_names(self, request: web.Request) -> web.Response:
        return xml(variable_names(request.match_info["kind"]))

    async def _variables(self, _request: web.Request) -> web.Response:
        return xml(variables())
