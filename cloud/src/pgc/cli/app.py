"""`pgc` itself: gathers the commands, and turns every failure into one line, a hint and an exit code."""

import logging
import sys
from typing import Annotated, ClassVar

import typer

from pgc import __version__
from pgc.cli.errors import Interrupted
from pgc.cli.lazy import LazyGroup, Member
from pgc.cli.output import fail, show_traceback
from pgc.errors import PgcError


class Commands(LazyGroup):
    members: ClassVar = {
        "demo": Member("pgc.cli.demo:demo", "Show Polyglot Cloud at work: two NodeServers on a simulated ISY."),
        "run": Member("pgc.cli.run:run", "Run one NodeServer until it ends, the time is over, or Ctrl-C."),
        "check": Member(
            "pgc.cli.check:check", "Check a NodeServer's profile, server.json and code without running it."
        ),
        "serve": Member("pgc.cli.serve:serve", "Run the platform: its NodeServers start with it, and its API listens."),
        "ns": Member(
            "pgc.cli.ns:app",
            "The NodeServers of the running platform: install, start, stop, update them, read their logs.",
        ),
        "isolation": Member(
            "pgc.cli.isolation:isolation", "Show what keeps NodeServers from this machine and from each other."
        ),
        "ca": Member("pgc.cli.authority:app", "Show or replace the authority that signs the broker's certificates."),
        "isy": Member("pgc.cli.isy:app", "Watch an ISY, and press its buttons."),
        "simulate-isy": Member(
            "pgc.cli.simulate:simulate_isy",
            "Run a simulated ISY until Ctrl-C: as slow, failing, absent or full as you like.",
        ),
    }


app = typer.Typer(
    cls=Commands,
    help="Polyglot Cloud runs NodeServers for ISY controllers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pgc {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option(help="Show the platform's own log, and tracebacks of errors.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    level = logging.DEBUG if debug else logging.ERROR
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr)
    for noisy in ("aiosqlite", "transitions"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    show_traceback(debug)


def run_app() -> None:
    """Runs the command line. Wrong usage is told by typer itself, with exit code 2."""
    try:
        app()
    except Interrupted:
        sys.exit(130)
    except PgcError as error:
        fail(error)
    except OSError as error:
        fail(PgcError(str(error), hint="run it again with `pgc --debug …` to see where"))
