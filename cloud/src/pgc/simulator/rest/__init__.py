"""HTTP as an ISY speaks it: the door every request passes, and behind it one module for each kind of caller."""

from aiohttp import web

from pgc.simulator.identity import Identity
from pgc.simulator.outbound import Outbound
from pgc.simulator.profiles import MAX_FILE
from pgc.simulator.rest.door import Door
from pgc.simulator.rest.nodeservers import NodeServerCalls
from pgc.simulator.rest.profiles import ProfileCalls
from pgc.simulator.rest.services import Services
from pgc.simulator.rest.users import UserCalls
from pgc.simulator.state import IsyState


def application(state: IsyState, identity: Identity, outbound: Outbound, door: Door) -> web.Application:
    """The routes, the most used first: the router tries them in this order."""
    app = web.Application(middlewares=[door.admit], client_max_size=MAX_FILE)
    app.add_routes(NodeServerCalls(state, outbound).routes())
    app.add_routes(ProfileCalls(state).routes())
    app.add_routes(UserCalls(state, identity, outbound).routes())
    app.add_routes(Services(state).routes())
    return app
