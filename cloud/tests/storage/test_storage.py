"""What is stored comes back, secrets are sealed in the file, and a slot has one NodeServer."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, StaticPool, create_engine, inspect
from sqlalchemy.exc import IntegrityError, OperationalError

from pgc.secrets.keyring import Keyring
from pgc.storage import database
from pgc.storage.database import MIGRATIONS
from pgc.storage.errors import StorageError
from pgc.storage.records import DriverRecord, NodeRecord, RunRecord
from pgc.storage.storage import Storage
from pgc.storage.tables import metadata
from pgc_interface.rules.state import Saved

from .conftest import ISY, NODESERVER


async def test_records_come_back_as_they_were(storage: Storage) -> None:
    assert await storage.isys.all() == [ISY]
    assert await storage.nodeservers.all() == [NODESERVER]


async def test_what_was_saved_comes_back_and_nothing_secret_is_readable_in_the_file(
    storage: Storage, tmp_path: Path
) -> None:
    saved = Saved(
        params={"token": "p4ram"},
        data={"refresh": "d4ta"},
        notices={"k": "<b>n</b>"},
        notice_ends={"k": 1_700_000_000_000},
        data_revision=2,
        log_level="ERROR",
    )
    async with storage.database.saving() as tx:
        await storage.nodeservers.save(tx, "w1", saved)
    (record,) = await storage.nodeservers.all()
    assert record.saved == saved
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("pgc.db*"))
    assert not [secret for secret in (b"p4ram", b"d4ta", b"opensesame", b"slotword", b"gitword") if secret in stored]


async def test_a_save_that_fails_half_way_has_not_happened(storage: Storage) -> None:
    with pytest.raises(ZeroDivisionError):
        async with storage.database.saving() as tx:
            await storage.nodeservers.save(tx, "w1", Saved(params={"a": 1}))
            raise ZeroDivisionError
    assert (await storage.nodeservers.all())[0].saved == Saved()


async def test_the_mark_moves_with_the_save(storage: Storage) -> None:
    await storage.runs.begin(RunRecord(id="r1", worker="w1", login="l", secret_hash="h"))
    async with storage.database.saving() as tx:
        await storage.runs.advance(tx, "r1", 7, {"6": "too large"})
    assert [(run.mark, run.refusals) for run in await storage.runs.all()] == [(7, {"6": "too large"})]
    await storage.runs.begin(RunRecord(id="r2", worker="w1", login="l2", secret_hash="h"))
    assert [run.id for run in await storage.runs.all()] == ["r2"]
    await storage.runs.end("r2")
    assert await storage.runs.all() == []


async def test_a_slot_has_one_nodeserver_until_it_is_removed(storage: Storage) -> None:
    second = replace(NODESERVER, worker="w2")
    with pytest.raises(IntegrityError):
        await storage.nodeservers.add(second)
    await storage.nodeservers.remove("w1", now=1000)
    await storage.nodeservers.add(second)
    assert [record.worker for record in await storage.nodeservers.all()] == ["w2"]
    assert await storage.nodeservers.purge(before=1000) == 0
    assert await storage.nodeservers.purge(before=1001) == 1


async def test_nodes_and_values_are_replaced_not_doubled(storage: Storage) -> None:
    node = NodeRecord(address="a", name="A", nodedef="d", primary="a")
    async with storage.database.saving() as tx:
        await storage.nodes.put(tx, "w1", node)
        await storage.nodes.put(tx, "w1", replace(node, name="B", on_isy=True))
    assert await storage.nodes.of("w1") == [replace(node, name="B", on_isy=True)]
    old, new = (DriverRecord(address="a", driver="ST", value=value, uom="2") for value in ("0", "1"))
    await storage.values.put([("w1", old)])
    await storage.values.put([("w1", new)])
    assert await storage.values.of("w1") == [new]
    async with storage.database.saving() as tx:
        await storage.nodes.drop(tx, "w1", "a")
    assert await storage.nodes.of("w1") == []
    assert await storage.values.of("w1") == []


async def test_profile_files_are_replaced_by_name(storage: Storage) -> None:
    for content in (b"old", b"new"):
        async with storage.database.saving() as tx:
            await storage.profiles.put(tx, "w1", "nls", "en_us.txt", content)
    assert await storage.profiles.of("w1") == [("nls", "en_us.txt", b"new")]


async def test_kept_facts_are_replaced(storage: Storage) -> None:
    assert await storage.kept.get("broker_port") is None
    await storage.kept.put("broker_port", "1")
    await storage.kept.put("broker_port", "2")
    assert await storage.kept.get("broker_port") == "2"


async def test_the_migrations_make_the_tables_that_the_code_uses(storage: Storage) -> None:
    def columns(connection: Connection) -> dict[str, set[str]]:
        found = inspect(connection)
        return {name: {column["name"] for column in found.get_columns(name)} for name in found.get_table_names()}

    async with storage.database.saving() as tx:
        made = await tx.run_sync(columns)
    made.pop("alembic_version")
    assert made == {table.name: set(table.c.keys()) for table in metadata.tables.values()}


async def test_a_file_that_is_no_database_gives_a_plain_reason(tmp_path: Path) -> None:
    (tmp_path / "pgc.db").write_text("this is not a database, whatever its name says" * 100)
    storage = Storage(tmp_path / "pgc.db", Keyring.load(tmp_path / "keyring.json"))
    with pytest.raises(StorageError, match=r"pgc\.db cannot be opened"):
        await storage.open()


async def test_what_an_older_version_has_stored_gets_the_defaults_of_what_is_new(tmp_path: Path) -> None:
    folder, keyring = tmp_path / "pgc.db", Keyring.load(tmp_path / "keyring.json")
    with closing(sqlite3.connect(folder)) as old:
        make_first_tables(old)
        sealed = {f"{name}_sealed": keyring.seal(f"nodeservers/w1/{name}", b"{}") for name in SEALED}
        insert_row(old, "isys", id="i1", name="n", url="u", username="u", password_sealed=b"", verify_tls=1)
        texts = dict.fromkeys(("name", "source", "bundle", "params_doc"), "x")
        numbers = dict.fromkeys(NUMBERS, 1)
        insert_row(
            old, "nodeservers", worker="w1", isy="i1", notices="{}", typed_params="[]", **texts, **numbers, **sealed
        )
        insert_row(old, "runs", worker="w1", id="r1", login="l", secret_hash="h", mark=7)
        old.commit()
    storage = Storage(folder, keyring)
    await storage.open()
    try:
        (record,), (run,) = await storage.nodeservers.all(), await storage.runs.all()
    finally:
        await storage.close()
    assert (record.saved.log_level, record.saved.notice_ends) == ("DEBUG", {})
    assert (run.mark, run.refusals) == (7, {})


SEALED = ("slot_password", "params", "data", "typed_data")
NUMBERS = (
    *("slot", "wanted", "trusted", "short_poll", "long_poll", "params_revision", "notices_revision", "data_revision"),
    *("profile_done", "time_added", "time_started", "last_disconnect"),
)


def make_first_tables(database: sqlite3.Connection) -> None:
    engine = create_engine("sqlite://", creator=lambda: database, poolclass=StaticPool)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def insert_row(database: sqlite3.Connection, table: str, **row: object) -> None:
    marks = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608


@pytest.mark.parametrize("failures", [1, 4])
async def test_a_disk_error_that_passes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    faults = iter([OperationalError("PRAGMA", {}, sqlite3.OperationalError("disk I/O error"))] * failures)
    migrate = database._migrate

    def failing(connection: Connection) -> None:
        for fault in faults:
            raise fault
        migrate(connection)

    monkeypatch.setattr(database, "_migrate", failing)
    monkeypatch.setattr(database, "_PAUSE", 0.0)
    storage = Storage(tmp_path / "new.db", Keyring.load(tmp_path / "keyring.json"))
    await storage.open()
    assert await storage.isys.all() == []
    await storage.close()


async def test_one_that_stays_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(connection: Connection) -> None:
        raise OperationalError("PRAGMA", {}, sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(database, "_migrate", failing)
    monkeypatch.setattr(database, "_PAUSE", 0.0)
    with pytest.raises(StorageError, match="cannot be opened"):
        await Storage(tmp_path / "new.db", Keyring.load(tmp_path / "keyring.json")).open()
