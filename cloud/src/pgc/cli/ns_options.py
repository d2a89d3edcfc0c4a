"""What several commands of `pgc ns` take."""

from typing import Annotated

import typer

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Its name, the address of its worker, or its slot, where that is plain.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
Where = Annotated[str, typer.Argument(metavar="SOURCE", help="A folder, a zip, or the URL of a git repository.")]
Ref = Annotated[str | None, typer.Option(help="A branch, tag or commit of the git repository.", show_default=False)]
