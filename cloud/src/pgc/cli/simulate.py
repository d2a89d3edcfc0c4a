"""`pgc simulate-isy`: the simulated ISY alone, for authors and other software."""

import os
from contextlib import AsyncExitStack
from typing import Annotated

import msgspec
import typer

from pgc.cli.errors import CommandError
from pgc.cli.nearby import Nearby, announced
from pgc.cli.output import console
from pgc.cli.running import Interrupts, run_command
from pgc.simulator.conditions import Conditions
from pgc.simulator.control import Control
from pgc.simulator.identity import Identity
from pgc.simulator.server import SimulatedIsy

_TOKEN = "PGC_SIMULATOR_TOKEN"  # noqa: S105 (the variable's name)
_IT = Identity()
Port = Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)]


def simulate_isy(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Port = 0,
    user: Annotated[str, typer.Option(help="The user it lets in.")] = "admin",
    password: Annotated[str, typer.Option(help="The password it wants.")] = "admin",  # noqa: S107
    model: Annotated[str, typer.Option(help="What it says it is.")] = _IT.model,
    firmware: Annotated[str, typer.Option(help="The firmware it says it has.")] = _IT.firmware,
    node_limit: Annotated[int, typer.Option(help="Nodes it has room for; it takes more without a word.")] = 1000,
    latency: Annotated[float, typer.Option(help="Seconds before it looks at a request.")] = 0.0,
    error_rate: Annotated[float, typer.Option(help="The share of requests that it answers with an error, 0 to 1.")] = 0,
    error_status: Annotated[int, typer.Option(help="The HTTP status of those errors.")] = 500,
    offline_every: Annotated[float, typer.Option(help="Seconds until it goes off as in a reboot; 0: never.")] = 0.0,
    offline_for: Annotated[float, typer.Option(help="Seconds that it then stays off.")] = 10.0,
    tidy_profiles: Annotated[
        bool, typer.Option("--tidy-profiles", help="Hand profiles out in a form that every client can read.")
    ] = False,
    control_port: Annotated[
        int | None,
        typer.Option(help="Serve the control API on this port of 127.0.0.1; 0 takes a free one.", min=0, max=65535),
    ] = None,
) -> None:
    """Run a simulated ISY until Ctrl-C: as slow, failing, absent or full as you like.

    With --control-port all of it can be changed while it runs, by whoever knows the token that is printed (or that
    PGC_SIMULATOR_TOKEN holds).
    """
    conditions = _checked(
        latency=latency,
        error_rate=error_rate,
        error_status=error_status,
        offline_every=offline_every,
        offline_for=offline_for,
        model=model,
        firmware=firmware,
        node_limit=node_limit,
    )

    async def serve(interrupts: Interrupts) -> None:
        async with AsyncExitStack() as stack:
            isy = await stack.enter_async_context(SimulatedIsy(host, port, user, password, tidy_profiles=tidy_profiles))
            stack.enter_context(announced(Nearby(isy.url, user, password, "pgc simulate-isy")))
            await conditions.apply(isy)
            console.print(f"Simulated ISY at {isy.url}, user {user}, password {password}", markup=False)
            if control_port is not None:
                await _control(stack, isy, control_port)
            await interrupts.wait()

    run_command(serve)


async def _control(stack: AsyncExitStack, isy: SimulatedIsy, port: int) -> None:
    given = os.environ.get(_TOKEN, "")
    control = Control(isy, port=port, token=given)
    await control.start()
    stack.push_async_callback(control.stop)
    shown = f"from {_TOKEN}" if given else control.token
    console.print(f"Control API at {control.url}, token {shown}", markup=False)


def _checked(**given: object) -> Conditions:
    try:
        return msgspec.convert(given, Conditions)
    except msgspec.ValidationError as error:
        raise CommandError(f"an ISY cannot be simulated so: {error}", hint="see pgc simulate-isy --help") from error
