"""`pgc ca`: the authority that signs the broker's certificates and those of clients that need one."""

from pathlib import Path

import typer

from pgc.cli.configured import load_settings
from pgc.cli.output import console
from pgc.secrets.authority import FILE, Authority

app = typer.Typer(
    help="Show or replace the authority that signs the broker's certificates.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def show() -> None:
    """Print its certificate (PEM), for whoever connects to the broker over TLS."""
    typer.echo(Authority.load(_file()).certificate, nl=False)


@app.command()
def rotate() -> None:
    """Replace it by a new one; nothing that the former one signed is trusted any more.

    A platform that runs goes on with the former one until it is started again; it then starts its runs anew.
    """
    authority = Authority.rotate(_file())
    console.print(f"New authority in {_file()}", markup=False, soft_wrap=True)
    console.print(f"  SHA-256 {authority.fingerprint}", markup=False, soft_wrap=True)
    console.print("Start the platform again, and give the new certificate to other clients of the broker: pgc ca show")


def _file() -> Path:
    return load_settings().data_folder / FILE
