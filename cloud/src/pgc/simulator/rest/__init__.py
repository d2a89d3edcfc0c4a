"""HTTP as an ISY speaks it: the door every request passes, and behind it one module for each kind of caller."""

from typing import Protocol

from aiohttp import web

from pgc.simulator.profiles import MAX_FILE
from pgc.simulator.rest.door import Door


class Calls(Protocol):
    """One kind of caller's."""

    def routes(self) -> list[web.RouteDef]: ...


def application(door: Door, *calls: Calls) -> web.Application:
    """The routes, the most used first: the router tries them in this order."""
    app = web.Application(middlewares=[door.admit], client_max_size=MAX_FILE)
    app.on_response_prepare.append(door.note_websocket)
    for each in calls:
        app.add_routes(each.routes())
    return app
