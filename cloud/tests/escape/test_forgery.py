"""A run says what others would say; nobody who reads the log or looks at the neighbour is misled."""

import asyncio
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgc.nodeservers.nodeserver import NodeServer
from pgc.sandbox.contract import Sandbox
from pgc.simulator import SimulatedIsy
from pgc.workers.logs import PLATFORM, LogEntry
from pgc_interface import wire

from .scene import NEIGHBOURS_SLOT, PATIENCE, PATIENT, SLOT, Tried, scene

pytestmark = PATIENT


@dataclass(frozen=True, slots=True)
class Played:
    tried: Tried
    attacker: NodeServer
    neighbour: NodeServer
    log: list[LogEntry]
    sim: SimulatedIsy


@pytest.fixture(scope="module")
def played(isolated: Sandbox, laid_out_sdk: Path) -> Played:
    async def play() -> Played:
        async with scene(isolated, laid_out_sdk) as here:
            attacker = await here.attacker("forging")
            tried = await here.run(attacker)
            await here.home.said(attacker, "refused: params would hold", PATIENCE)  # the last of all that it sent
            await here.neighbour.is_well(PATIENCE)
            return Played(tried, attacker, here.neighbour.nodeserver, attacker.journal.entries(), here.home.sim)

    return asyncio.run(play())


def test_nobody_speaks_as_the_platform_in_the_log(played: Played) -> None:
    played.tried.refused("speak_as_the_platform_in_the_log")
    forged = [entry for entry in played.log if "forged" in entry.text]
    assert len(forged) >= 9
    assert [entry for entry in forged if looks_like(entry.logger, PLATFORM)] == []


def looks_like(name: str, other: str) -> bool:
    return unicodedata.normalize("NFKC", name).casefold().strip() == other


def test_the_log_does_not_steer_who_reads_it(played: Played) -> None:
    played.tried.refused("steer_the_terminal_of_whoever_reads_the_log", "break_the_log")
    steering = [entry.text for entry in played.log if any(unsafe(letter) for letter in entry.text)]
    assert steering == []
    assert any(entry.text == "after all that the log goes on" for entry in played.log)
    assert max(len(entry.text) for entry in played.log) < 25_000


def unsafe(letter: str) -> bool:
    return letter not in "\n\t" and unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_what_it_says_on_its_own_line_is_its_own(played: Played) -> None:
    played.tried.refused("speak_on_its_own_line_as_the_neighbour")
    assert played.neighbour.saved.data == {}
    assert set(played.neighbour.nodes) == {"controller"}
    reading = played.sim.state.reading(f"n{NEIGHBOURS_SLOT:03}_controller", "ST")
    assert reading is not None
    assert reading.value != "4711"


def test_its_nodes_are_below_its_own_slot(played: Played) -> None:
    theirs = {f"n{slot:03}_" for slot in (SLOT, NEIGHBOURS_SLOT)}
    assert {address[:5] for address in played.sim.state.nodes} <= theirs


def test_a_file_of_its_profile_has_a_plain_name(played: Played) -> None:
    played.tried.refused("ask_for_a_file_as_its_profile")
    told = [entry.text for entry in played.log if entry.logger == PLATFORM and "profile file" in entry.text]
    assert len(told) >= 5


def test_what_is_saved_has_a_bound(played: Played) -> None:
    played.tried.refused("save_more_than_fits")
    assert len(str(played.attacker.saved.params)) <= 2 * wire.MAX_FRAME
    assert any("at most" in entry.text for entry in played.log if entry.logger == PLATFORM)
