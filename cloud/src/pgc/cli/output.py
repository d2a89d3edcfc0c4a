"""What commands print: progress and failures for people, one JSON object a line for programs."""

import sys
from typing import NoReturn

import msgspec
from rich.console import Console

from pgc.errors import PgcError

console = Console(highlight=False)
progress = Console(stderr=True, highlight=False)
_debug = False


def show_traceback(wanted: bool) -> None:
    global _debug
    _debug = wanted


def say(text: str) -> None:
    """A line of progress; it goes to stderr, so that stdout holds only what was asked for."""
    progress.print(text, markup=False, soft_wrap=True)


def say_json(kind: str, time: float, **fields: object) -> None:
    """One object a line; `time` is Unix seconds."""
    sys.stdout.buffer.write(msgspec.json.encode({"type": kind, "time": round(time, 3), **fields}) + b"\n")
    sys.stdout.buffer.flush()


def fail(error: PgcError) -> NoReturn:
    """Ends the command with the reason and what to do."""
    if _debug:
        progress.print_exception()
    say(f"Error: {error}")
    if error.hint:
        say(f"  Hint: {error.hint}")
    sys.exit(1)
