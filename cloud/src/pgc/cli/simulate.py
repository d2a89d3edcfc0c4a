"""`pgc simulate-isy`: the simulated ISY alone, for authors and other software."""

from typing import Annotated

import typer

from pgc.cli.output import console
from pgc.cli.running import Interrupts, run_command
from pgc.simulator.server import SimulatedIsy


def simulate_isy(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 0,
    user: Annotated[str, typer.Option(help="The user it lets in.")] = "admin",
    password: Annotated[str, typer.Option(help="The password it wants.")] = "admin",  # noqa: S107
) -> None:
    """Run a simulated ISY until Ctrl-C."""

    async def serve(interrupts: Interrupts) -> None:
        async with SimulatedIsy(host, port, user, password) as isy:
            console.print(f"Simulated ISY at {isy.url}, user {user}, password {password}", markup=False)
            await interrupts.wait()

    run_command(serve)
