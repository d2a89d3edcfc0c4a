"""A log over HTTP: pages, live tails and downloads, for its owner only."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pgc.api import log_stream
from pgc.nodeservers.journal import KEPT
from pgc.nodeservers.nodeserver import NodeServer
from pgc.platform import Platform
from pgc.workers.runtime import LogLine, Stream

PATIENCE = 15.0
FORMS = {"text": "log", "gz": "log.gz", "jsonl": "jsonl"}


@pytest.fixture
async def nodeserver(platform: Platform, isy: str, tmp_path: Path) -> NodeServer:
    """Installed and never started: a test says what its runs say."""
    folder = tmp_path / "ns"
    folder.mkdir()
    document = {"name": "Wörk ../<b>1</b>", "type": "python3", "executable": "ns.py"}
    (folder / "server.json").write_text(json.dumps(document))
    (folder / "ns.py").write_text("import pgc_interface\n")
    return await platform.manager.add(platform.isys.get(isy), folder, trusted=True, say=lambda text: None)


@pytest.fixture
def path(nodeserver: NodeServer) -> str:
    return f"/api/nodeservers/{nodeserver.worker}/log"


def says(nodeserver: NodeServer, *texts: str, first: int = 1) -> None:
    for number, text in enumerate(texts, first):
        nodeserver.journal.take("run", LogLine(number=number, time=1e9 + number, stream=Stream.STDOUT, text=text))


@asynccontextmanager
async def tail(
    owner: aiohttp.ClientSession, path: str, event_id: str = "", **query: Any
) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """The events of an open stream, their fields by name."""
    async with owner.get(
        path, params={"follow": "true", **query}, headers={"Last-Event-ID": event_id} if event_id else {}
    ) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        yield _events(answer)


async def _events(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, str]]:
    fields: dict[str, str] = {}
    async for line in answer.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        fields[name] = value
        if not name:
            if "data" in fields:
                yield fields
            fields = {}


async def texts(events: AsyncIterator[dict[str, str]], count: int) -> list[str]:
    async with asyncio.timeout(PATIENCE):
        return [json.loads((await anext(events))["data"])["text"] for _ in range(count)]


async def page(owner: aiohttp.ClientSession, path: str, **query: Any) -> list[Any]:
    async with owner.get(path, params=query) as answer:
        assert answer.status == 200, await answer.text()
        entries: list[Any] = await answer.json()
        return entries


async def test_pages(owner: aiohttp.ClientSession, nodeserver: NodeServer, path: str) -> None:
    says(nodeserver, *(f"line {number}" for number in range(1, 101)))
    nodeserver.journal.remark("a warning", "WARNING")
    newest = await page(owner, path, limit=3)
    assert [entry["text"] for entry in newest] == ["line 99", "line 100", "a warning"]
    assert set(newest[0]) == {"number", "time", "level", "logger", "thread", "text", "run", "line"}
    before = await page(owner, path, limit=2, before=newest[0]["number"])
    assert [entry["text"] for entry in before] == ["line 97", "line 98"]
    assert [entry["text"] for entry in await page(owner, path, level="WARNING", limit=1)] == ["a warning"]
    assert [entry["line"] for entry in await page(owner, path, text="LINE 9")] == [9, *range(90, 100)]
    times = {"since": 1e9 + 10, "until": "2001-09-09T01:46:52Z"}
    assert [entry["text"] for entry in await page(owner, path, **times)] == ["line 10", "line 11"]
    for odd in ({"limit": 5001}, {"level": "LOUD"}, {"since": "soon"}, {"text": "x" * 201}):
        async with owner.get(path, params=odd) as answer:
            assert answer.status == 422


async def test_a_tail_goes_on_where_it_was_broken_off_and_ends_with_its_nodeserver(
    owner: aiohttp.ClientSession, platform: Platform, nodeserver: NodeServer, path: str
) -> None:
    says(nodeserver, "one", "two")
    async with tail(owner, path, limit=2) as broken:
        assert await texts(broken, 1) == ["one"]
        last = await anext(broken)
    says(nodeserver, "three", first=3)
    async with tail(owner, path, last["id"]) as again, tail(owner, path, limit=0) as other:
        assert await texts(again, 1) == ["three"]
        says(nodeserver, "four", first=4)
        assert await texts(again, 1) == await texts(other, 1) == ["four"]
        await platform.manager.remove(nodeserver.worker)
        async with asyncio.timeout(PATIENCE):
            assert [event.get("event", "") async for event in again][-1] == "end"


async def test_followers_are_bounded_and_make_room_when_they_go(
    owner: aiohttp.ClientSession, nodeserver: NodeServer, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_stream, "MOST_FOLLOWERS", 1)
    says(nodeserver, "one")
    async with tail(owner, path, limit=1) as only:
        assert await texts(only, 1) == ["one"]
        async with owner.get(path, params={"follow": "true"}) as refused:
            assert refused.status == 503
            assert "follow" in (await refused.json())["error"]
    async with asyncio.timeout(PATIENCE):
        while (answer := await owner.get(path, params={"follow": "true"})).status == 503:
            answer.release()
            await asyncio.sleep(0.02)
    answer.close()


async def test_everything_that_is_kept_can_be_downloaded(
    owner: aiohttp.ClientSession, nodeserver: NodeServer, path: str
) -> None:
    files = nodeserver.journal.files
    assert files is not None
    written = [f"line {number}" for number in range(KEPT - 10)]
    says(nodeserver, *written)
    async with asyncio.timeout(PATIENCE):
        while [entry.text for entry in files.tail(1, 10_000)] != written[-1:]:  # noqa: ASYNC110 (files tell nobody)
            await asyncio.sleep(0.02)
    in_memory = [f"more {number}" for number in range(KEPT)]
    says(nodeserver, *in_memory, first=len(written) + 1)
    for form, ending in FORMS.items():
        async with owner.get(f"{path}/download", params={"form": form}) as answer:
            assert answer.headers["Content-Disposition"] == f'attachment; filename="w-rk-b-1-b-1.{ending}"'
            content = await answer.read()
        lines = (gzip.decompress(content) if form == "gz" else content).decode().splitlines()
        read = (json.loads(line)["text"] if form == "jsonl" else line.split("stdout ")[-1] for line in lines)
        assert [text for text in read if text.startswith(("line ", "more "))] == written + in_memory


async def test_strangers_see_nothing_and_owners_no_secrets(
    owner: aiohttp.ClientSession,
    stranger: aiohttp.ClientSession,
    platform: Platform,
    nodeserver: NodeServer,
    path: str,
) -> None:
    for url in (path, f"{path}?follow=true", f"{path}/download"):
        async with stranger.get(url) as answer:
            assert answer.status == 401
    token = (platform.settings.data_folder / "api-token").read_text().strip()
    async with owner.patch(path.removesuffix("/log") + "/params", json={"set": {"api_key": "k3y-of-mine"}}) as answer:
        assert answer.status == 200
    async with tail(owner, path, limit=0) as live:
        says(nodeserver, f"{token} k3y-of-mine {nodeserver.record.slot_password}")
        assert await texts(live, 1) == ["*** *** ***"]
    assert (await page(owner, path))[-1]["text"] == "*** *** ***"
