"""What a NodeServer reaches and is reached by, and what isolates it, over HTTP."""

from pathlib import Path

import aiohttp

from pgc.platform import Platform

from ..platform.programs import program, write_nodeserver

QUIET = program("""
    class Mine(Controller):
        pass
""")


async def test_the_owner_opens_the_home_and_publishes_only_what_asks_for_it(
    owner: aiohttp.ClientSession, platform: Platform, isy: str, tmp_path: Path
) -> None:
    folder = write_nodeserver(tmp_path / "quiet", QUIET)
    added = await platform.manager.add(platform.isys.get(isy), folder, trusted=True, say=lambda _: None)
    address = f"/api/nodeservers/{added.worker}/network"
    async with owner.put(address, json={"lan": True}) as answer:
        shape = await answer.json()
        assert (answer.status, shape["lan"], shape["public_port"]) == (200, True, 0)
    async with owner.put(address, json={"lan": False, "published": True}) as answer:
        assert answer.status == 409
        assert "does not ask to be reached" in (await answer.json())["error"]
    assert added.record.lan


async def test_what_isolates_is_told_part_by_part(owner: aiohttp.ClientSession, platform: Platform) -> None:
    async with owner.get("/api/isolation") as answer:
        told = await answer.json()
    assert told["isolated"] == platform.sandbox.isolated
    assert [fact["name"] for fact in told["facts"]] == [fact.name for fact in platform.sandbox.facts]
    assert all(fact["reason"] for fact in told["facts"])
