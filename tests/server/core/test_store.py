"""The store: durable before resolved, grouped, and unharmed by jobs that fail."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text

from server.core import tables
from server.core.store import Store, StoreError

ADD = insert(tables.tags)


def tag(name: str) -> dict[str, Any]:
    """Return a row of the table of tags."""
    return {"folded": name, "id_tag": name, "status": "Accepted", "parent": None, "expires": None}


def names(tx: Connection) -> list[str]:
    """Return all tags that are stored."""
    return list(tx.execute(select(tables.tags.c.folded).order_by(tables.tags.c.folded)).scalars())


def on_disk(path: Path) -> list[str]:
    """Return all tags that another reader of the file sees."""
    with sqlite3.connect(path) as connection:
        found = [row[0] for row in connection.execute("SELECT folded FROM tags ORDER BY folded")]
    connection.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database lies."""
    return tmp_path / "store.sqlite3"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    """Return an open store that gives up on locks soon."""
    store = Store(path, timeout=0.05)
    await store.open()
    yield store
    await store.close()


async def block(store: Store) -> threading.Event:
    """Hold the store's thread in a job until the event is set, so that what follows becomes one group."""
    started, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def job(tx: Connection) -> None:
        loop.call_soon_threadsafe(started.set)
        release.wait(5)

    store.write(job)
    await started.wait()
    return release


async def test_resolved_means_durable(store: Store, path: Path) -> None:
    """Another reader of the file sees what has been resolved."""
    assert await store.append(ADD, tag("a"), "done") == "done"
    assert on_disk(path) == ["a"]


@pytest.mark.parametrize(("settings", "synced"), [({}, 2), ({"sync": False}, 0)], ids=["usually", "not asked for"])
async def test_journal_is_a_wal_that_is_synced(path: Path, settings: dict[str, bool], synced: int) -> None:
    """Write-ahead log and full synchronisation are on, unless nothing has to outlive a power cut."""
    store = Store(path, **settings)
    await store.open()
    found = await store.read(
        lambda tx: (tx.execute(text("PRAGMA journal_mode")).scalar(), tx.execute(text("PRAGMA synchronous")).scalar())
    )
    await store.close()
    assert found == ("wal", synced)


async def test_crowd_becomes_one_group(store: Store) -> None:
    """Jobs that wait together are committed together, in order."""
    statements: list[str] = []

    def watch(tx: Connection) -> None:
        tx.connection.driver_connection.set_trace_callback(statements.append)  # type: ignore[union-attr]

    await store.write(watch)
    release = await block(store)
    jobs = [store.append(ADD, tag(f"{number}"), number) for number in range(50)]
    await asyncio.sleep(0)
    release.set()
    assert await asyncio.gather(*jobs) == list(range(50))
    assert statements.count("COMMIT") == 3


async def test_failing_job_leaves_its_neighbours(store: Store, path: Path) -> None:
    """One job of a group that fails gets its error, the others are stored."""
    release = await block(store)
    jobs = [store.append(ADD, tag("a"), None), store.append(ADD, tag("a"), None), store.append(ADD, tag("b"), None)]
    release.set()
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["NoneType", "IntegrityError", "NoneType"]
    assert on_disk(path) == ["a", "b"]


async def test_failing_job_stores_nothing(store: Store, path: Path) -> None:
    """What a job has done before it fails is undone."""

    def job(tx: Connection) -> None:
        tx.execute(ADD, tag("a"))
        raise KeyError("defect")

    with pytest.raises(KeyError, match="defect"):
        await store.write(job)
    assert on_disk(path) == []


async def test_jobs_see_what_earlier_ones_did(store: Store) -> None:
    """A job reads what was handed in before it."""
    store.append(ADD, tag("a"), None)
    assert await store.read(names) == ["a"]


async def test_locked_database_is_a_store_error(store: Store, path: Path) -> None:
    """A lock that outlasts the patience fails the job, and the next one works."""
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            await store.append(ADD, tag("a"), None)
        assert store.failed == 1
        other.execute("ROLLBACK")
    other.close()
    await store.append(ADD, tag("b"), None)
    assert on_disk(path) == ["b"]


async def test_full_disk_is_a_store_error(store: Store, path: Path) -> None:
    """A database that cannot grow fails the job and keeps what it has."""
    await store.append(ADD, tag("a"), None)
    pages = await store.read(lambda tx: tx.execute(text("PRAGMA page_count")).scalar())

    def limit(tx: Connection) -> None:
        tx.execute(text(f"PRAGMA max_page_count = {pages}"))

    await store.read(limit)
    with pytest.raises(StoreError, match="full"):
        await store.append(ADD, tag("b" * 100_000), None)
    assert on_disk(path) == ["a"]


async def test_damaged_database_is_a_store_error(store: Store, path: Path) -> None:
    """A file that is no database any more fails the job as a lock does."""

    def damaged(_: Connection) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    with pytest.raises(StoreError, match="malformed"):
        await store.write(damaged)


@pytest.fixture
def other_file(path: Path) -> Path:
    """Return a file that is no database."""
    path.write_text("no database at all, but long enough to be looked at as one" * 10)
    return path


async def test_file_that_is_no_database_is_a_store_error(other_file: Path) -> None:
    """A store cannot be opened on any file."""
    store = Store(other_file)
    with pytest.raises(StoreError, match="not a database"):
        await store.open()


async def test_database_of_another_central_system_is_a_store_error(store: Store, path: Path) -> None:
    """Two central systems with one database would each believe something else; the error names the setting."""
    other = Store(path)
    with pytest.raises(StoreError, match=r"in use by another central system: choose another with --database"):
        await other.open()
    await store.append(ADD, tag("a"), None)
    await store.close()
    await other.open()
    assert await other.read(names) == ["a"]
    await other.close()


async def test_folder_that_is_not_there_is_a_store_error(path: Path) -> None:
    """A database in no folder cannot be opened."""
    with pytest.raises(StoreError, match="--database"):
        await Store(path / "nowhere" / "x").open()


async def test_kill_drops_what_waits(path: Path) -> None:
    """A killed store resolves nothing more, and stores nothing more."""
    store = Store(path)
    await store.open()
    await store.append(ADD, tag("a"), None)
    release = await block(store)
    waiting = store.append(ADD, tag("b"), None)
    killed = asyncio.create_task(store.kill())
    await asyncio.sleep(0)
    release.set()
    await killed
    late = store.append(ADD, tag("c"), None)
    results = await asyncio.gather(waiting, late, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 2
    assert on_disk(path) == ["a"]


async def test_close_stores_what_waits(path: Path) -> None:
    """A store that is closed carries out what has been handed in."""
    store = Store(path)
    await store.open()
    for name in "abc":
        store.append(ADD, tag(name), None)
    assert store.waiting == 3
    await store.close()
    assert on_disk(path) == ["a", "b", "c"]


async def test_waiting_jobs_are_counted_down(store: Store) -> None:
    """Nothing waits once everything is durable."""
    await store.append(ADD, tag("a"), None)
    assert store.waiting == 0


async def test_job_of_somebody_who_left_is_no_trouble(store: Store, path: Path) -> None:
    """A job whose future has been cancelled is carried out all the same."""
    release = await block(store)
    store.append(ADD, tag("a"), None).cancel()
    release.set()
    assert await store.read(names) == ["a"]


async def test_database_of_another_version_is_refused(path: Path) -> None:
    """A database whose tables lack a column is not opened, and not locked either; the error names both."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE tags (folded TEXT PRIMARY KEY)")
    connection.close()
    for _ in range(2):
        with pytest.raises(StoreError, match="another version of plugfest: tags has no expires, id_tag"):
            await Store(path).open()
