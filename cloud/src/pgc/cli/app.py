"""`pgc` itself: gathers the commands, and turns every failure into one line, a hint and an exit code."""

import logging
import sys
from typing import Annotated

import typer

from pgc import __version__
from pgc.cli.demo import demo
from pgc.cli.errors import Interrupted
from pgc.cli.output import fail, show_traceback
from pgc.cli.run import run
from pgc.cli.serve import serve
from pgc.cli.simulate import simulate_isy
from pgc.errors import PgcError

app = typer.Typer(
    help="Polyglot Cloud runs NodeServers for ISY controllers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (demo, run, serve, simulate_isy):
    app.command()(command)


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
