from typing import Any, cast

import pytest

from pgc.cli.client import PlatformClient
from pgc.cli.errors import CommandError
from pgc.cli.named import find_isy, pick_nodeserver

ALL = [
    {"worker": "abcd" * 8, "name": "Weather", "slot": 1},
    {"worker": "abce" * 8, "name": "7", "slot": 2},
    {"worker": "1234" * 8, "name": "Twin", "slot": 3},
    {"worker": "5678" * 8, "name": "Twin", "slot": 3},
    {"worker": "9999" * 8, "name": "weather", "slot": 7},
]


@pytest.mark.parametrize(
    ("text", "place"),
    [("abcd" * 8, 0), ("Weather", 0), ("weather", 4), ("1", 0), ("7", 1), ("1234", 2), ("abcda", 0), ("99999", 4)],
)
def test_a_nodeserver_by_worker_name_slot_or_a_workers_beginning(text: str, place: int) -> None:
    assert pick_nodeserver(text, ALL) is ALL[place]


@pytest.mark.parametrize(
    ("text", "told"),
    [("Twin", "2 NodeServers are called 'Twin'"), ("3", "2 NodeServers are called '3'"), ("WEATHER", "2 NodeServers")],
)
def test_what_is_not_plain_is_asked_back(text: str, told: str) -> None:
    with pytest.raises(CommandError, match=told) as caught:
        pick_nodeserver(text, ALL)
    assert "name one by its worker" in caught.value.hint


@pytest.mark.parametrize(("text", "hint"), [("Wether", "Weather"), ("abc", "Weather")])
def test_who_is_not_there_is_told_with_what_is_alike(text: str, hint: str) -> None:
    with pytest.raises(CommandError, match="there is no NodeServer") as caught:
        pick_nodeserver(text, ALL)
    assert hint in caught.value.hint
    with pytest.raises(CommandError, match="there is no NodeServer") as caught:
        pick_nodeserver(text, [])
    assert "pgc ns add" in caught.value.hint


class Answers:
    """Stands in for the platform: it has these ISYs."""

    def __init__(self, *names: str) -> None:
        self._isys = [{"id": f"id-{name}", "name": name} for name in names]

    async def ask(self, method: str, path: str) -> Any:
        return self._isys


@pytest.mark.parametrize(
    ("names", "text", "told", "hint"),
    [
        ((), "", "the platform has no ISY yet", "POST /api/isys"),
        (("Home", "Cabin"), "", "the platform has 2 ISYs", "--isy, by name or id: Home (id-Home), Cabin (id-Cabin)"),
        (("Home",), "Hut", "the platform has no ISY called 'Hut'", "Home (id-Home)"),
    ],
)
async def test_an_isy_that_is_not_plain_is_asked_back(names: tuple[str, ...], text: str, told: str, hint: str) -> None:
    with pytest.raises(CommandError) as caught:
        await find_isy(cast(PlatformClient, Answers(*names)), text)
    assert str(caught.value) == told
    assert hint in caught.value.hint
