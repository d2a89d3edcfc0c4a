"""What commands print: progress and failures for people, one JSON object a line for programs."""

import os
import signal
import sys
from typing import NoReturn

import msgspec
from rich.console import Console

from pgc.cli.texts import shown
from pgc.errors import PgcError


class _Console(Console):
    """Without a reader there is nothing left to tell: the command ends in good order."""

    def on_broken_pipe(self) -> None:
        end_unheard()


console = _Console(highlight=False)
progress = Console(stderr=True, highlight=False)
_debug = False


def show_traceback(wanted: bool) -> None:
    global _debug
    _debug = wanted


def say(text: str) -> None:
    """A line of progress; it goes to stderr, so that stdout holds only what was asked for."""
    progress.print(shown(text), markup=False, soft_wrap=True)


def say_json(kind: str, /, time: float, **fields: object) -> None:
    """One object a line; `time` is Unix seconds."""
    try:
        sys.stdout.buffer.write(msgspec.json.encode({"type": kind, "time": round(time, 3), **fields}) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        end_unheard()


def end_unheard() -> None:
    """Whoever read our output has gone: what is still said goes nowhere, and the command is asked to stop."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    signal.raise_signal(signal.SIGTERM)


def fail(error: PgcError) -> NoReturn:
    """Ends the command with the reason and what to do."""
    if _debug:
        progress.print_exception()
    say(f"Error: {error}")
    if error.hint:
        say(f"  Hint: {error.hint}")
    sys.exit(1)
