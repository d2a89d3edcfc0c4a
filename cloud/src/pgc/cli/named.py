"""What a word of the user means: a NodeServer by name, worker or slot; an ISY by name or id."""

from difflib import get_close_matches
from typing import Any

from pgc.cli.client import PlatformClient
from pgc.cli.errors import CommandError

_MOST_LISTED = 10
_SHORTEST = 4
"""Of a worker's address, what may stand for it."""
Shown = dict[str, Any]
"""As the API shows it."""


async def find_nodeserver(client: PlatformClient, text: str) -> Shown:
    """
    Raises:
        CommandError: there is no such NodeServer, or more than one.
    """
    return pick_nodeserver(text, await client.ask("GET", "/nodeservers"))


def pick_nodeserver(text: str, nodeservers: list[Shown]) -> Shown:
    """The one that is meant: by its worker, else its name, else its slot, else the beginning of its worker."""
    meanings = (
        [each for each in nodeservers if each["worker"] == text],
        [each for each in nodeservers if each["name"] == text],
        [each for each in nodeservers if each["name"].lower() == text.lower()],
        [each for each in nodeservers if str(each["slot"]) == text],
        [each for each in nodeservers if len(text) >= _SHORTEST and each["worker"].startswith(text)],
    )
    found = next(filter(None, meanings), [])
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{each['worker']} (slot {each['slot']})" for each in found[:_MOST_LISTED])
        raise CommandError(f"{len(found)} NodeServers are called {text!r}", hint=f"name one by its worker: {listed}")
    names = [each["name"] for each in nodeservers]
    alike = get_close_matches(text, names, n=3, cutoff=0.5) or names[:_MOST_LISTED]
    hint = f"there is {', '.join(alike)}" if alike else "there is none; `pgc ns add` adds one"
    raise CommandError(f"there is no NodeServer {text!r}", hint=hint)


async def find_isy(client: PlatformClient, text: str) -> str:
    """The id of the ISY that is meant; without a word, of the only one.

    Raises:
        CommandError: there is no such ISY, or more than one.
    """
    isys: list[Shown] = await client.ask("GET", "/isys")
    if not isys:
        raise CommandError(
            "the platform has no ISY yet", hint="add one over the API: POST /api/isys, as README.md shows"
        )
    found = [each for each in isys if not text or text == each["id"] or text.lower() == each["name"].lower()]
    if len(found) == 1:
        return str(found[0]["id"])
    listed = ", ".join(f"{each['name']} ({each['id']})" for each in isys[:_MOST_LISTED])
    what = "no ISY" if not found else f"{len(found)} ISYs"
    called = f" called {text!r}" if text else ""
    raise CommandError(f"the platform has {what}{called}", hint=f"name one with --isy, by name or id: {listed}")
