"""`pgc isy`: what an author does with an ISY while a NodeServer runs: watch it, and press its buttons."""

from typing import Annotated

import typer

from pgc.cli.login import login_of
from pgc.cli.press import Press
from pgc.cli.running import run_command
from pgc.cli.told import JsonTeller, PlainTeller
from pgc.cli.watch import Watch

app = typer.Typer(
    help="Watch an ISY, and press its buttons.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Isy = Annotated[
    str | None,
    typer.Option(
        envvar="PGC_ISY_URL",
        help="The URL of an ISY, such as http://admin@192.168.1.20; without it, the simulated one that runs here.",
        show_default=False,
    ),
]
VerifyTls = Annotated[bool, typer.Option(help="Check the certificate of an https ISY.")]
Json = Annotated[bool, typer.Option(help="Print one JSON object a line.")]


@app.command()
def watch(
    isy: Isy = None,
    verify_tls: VerifyTls = True,
    json: Json = False,
) -> None:
    """Show the values an ISY has, then each change, command and node as it comes, until Ctrl-C.

    The password is asked for, or taken from PGC_ISY_PASSWORD; that of a simulated ISY on this machine is known.
    """
    run_command(Watch(login_of(isy), verify_tls, JsonTeller() if json else PlainTeller()).run)


@app.command()
def send(
    node: Annotated[str, typer.Argument(metavar="NODE", help="Its address, such as n001_controller, or its name.")],
    command: Annotated[str, typer.Argument(metavar="CMD", help="The command, such as DON.")],
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="A number, where the command takes one.")] = None,
    uom: Annotated[str | None, typer.Argument(metavar="UOM", help="The number of its unit of measure.")] = None,
    isy: Isy = None,
    verify_tls: VerifyTls = True,
    seconds: Annotated[float, typer.Option("--for", help="Look this long for what changes; 0: not at all.", min=0)] = 3,
    json: Json = False,
) -> None:
    """Send a node a command, as if a button had been pressed, and tell what came of it.

    Write -- before a negative VALUE. Ends with 0 if the ISY took the command.
    """
    login, teller = login_of(isy), JsonTeller() if json else PlainTeller()
    press = Press(node, command, value, uom, seconds)
    run_command(lambda interrupts: press.run(login, verify_tls, teller, interrupts))
