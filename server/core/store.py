"""The store: SQLite behind one writer thread that commits what is waiting as one group.

Nothing is resolved before it is durable. A job is a function of the transaction and of nothing else that changes,
for it runs again, alone, when the group it was in cannot be committed.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, UpdateBase, create_engine, event, inspect
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler

from server.core.settings import another
from server.core.tables import metadata

T = TypeVar("T")

MAX_GROUP = 1000
"""Jobs beyond which a group is committed although more are waiting."""

SPACING_PER_JOB = 0.0005
MAX_SPACING = 0.005
"""Least time in seconds between the beginnings of two commits: for each job of the first, and at most.

A lone job is committed at once; a crowd waits a moment and becomes a group, which saves most of the work.
"""


class StoreError(Exception):
    """The store could not carry out a job; nothing of it has been stored."""


@dataclass(slots=True)
class Job:
    """What the store is to do: a function of the transaction, or a statement with one row."""

    future: asyncio.Future[Any]
    run: Callable[[Connection], Any] | None
    statement: UpdateBase | None = None
    row: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as the database takes it: compiled once, for that costs more than to execute it."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values of a row, which are of types that SQLite knows, in the order of the text."""
        return tuple([row[name] if name in row else self.constants[name] for name in self.names])


Settled = tuple[asyncio.Future[Any], Any, BaseException | None]
"""The future of a job with its result, or what it failed of."""


class Store:
    """Runs jobs in the order in which they were handed in, and resolves their futures once they are durable."""

    def __init__(self, path: Path, *, timeout: float = 5.0, sync: bool = True) -> None:
        """Prepare the store in the file at ``path``; ``timeout`` is how long a lock of somebody else is awaited.

        Without ``sync`` it does not wait for the disk: what is stored outlives the process, but no power cut.
        """
        self._loop = asyncio.get_running_loop()
        self._path = path
        self._lock = FileLock(f"{path}.lock")
        self._engine = _engine(path, timeout, sync)
        self._jobs: queue.SimpleQueue[list[Job]] = queue.SimpleQueue()
        self._handing_in: list[Job] = []
        self._compiled: dict[UpdateBase, _Compiled] = {}
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._waiting = 0
        self.failed = 0
        self._next_commit = 0.0
        self._killed = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many jobs are not durable yet."""
        return self._waiting

    async def open(self) -> None:
        """Create what is missing in the database, and start to take jobs.

        Raises StoreError, also where another store has the file: what each keeps in memory would not be true.
        """
        if not self._path.parent.is_dir():
            raise StoreError(f"{self._path}: there is no folder {self._path.parent}; {another('database')}")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(f"{self._path} is in use by another central system: {another('database')}") from None
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}; {another('database')}") from error
        try:
            await self._loop.run_in_executor(None, self._create)
        except SQLAlchemyError as error:
            self._lock.release()
            raise StoreError(f"{self._path}: {_cause(error)}") from error
        except StoreError:
            self._lock.release()
            raise
        self._thread.start()

    def _create(self) -> None:
        """Create the tables that are missing; raises StoreError for a table that lacks a column."""
        metadata.create_all(self._engine)
        found = inspect(self._engine)
        for table in metadata.sorted_tables:
            if missing := {*table.c.keys()} - {column["name"] for column in found.get_columns(table.name)}:
                raise StoreError(
                    f"{self._path} was made by another version of plugfest: {table.name} has no "
                    f"{', '.join(sorted(missing))}; {another('database')}"
                )

    def write(self, run: Callable[[Connection], T]) -> asyncio.Future[T]:
        """Run a job in a transaction; the future has its result once that is durable, or a StoreError."""
        return self._put(Job(self._loop.create_future(), run))

    read = write

    def append(self, statement: UpdateBase, row: Mapping[str, Any], result: T) -> asyncio.Future[T]:
        """Execute a statement with one row; neighbours with the same statement are executed as one.

        The future has ``result`` once the row is durable, or a StoreError.
        """
        return self._put(Job(self._loop.create_future(), None, statement, row, result))

    async def close(self) -> None:
        """Carry out what is waiting and end; what is handed in later is cancelled."""
        self._closed = True
        self._hand_in()
        self._jobs.put([])
        await self._loop.run_in_executor(None, self._thread.join)
        self._engine.dispose()
        self._lock.release()

    async def kill(self) -> None:
        """End without carrying out what is waiting, as a power cut would; its futures are cancelled."""
        self._killed = True
        await self.close()

    def _put(self, job: Job) -> asyncio.Future[Any]:
        if self._closed:
            job.future.cancel()
            return job.future
        self._waiting += 1
        # What comes in one turn of the loop goes to the thread at once: waking it is what costs.
        if not self._handing_in:
            self._loop.call_soon(self._hand_in)
        self._handing_in.append(job)
        return job.future

    def _hand_in(self) -> None:
        if self._handing_in:
            jobs, self._handing_in = self._handing_in, []
            self._jobs.put(jobs)

    def _work(self) -> None:
        with self._engine.connect() as connection:
            while group := self._next_group():
                settled = self._abandoned(group) if self._killed else self._carry_out(connection, group)
                self._loop.call_soon_threadsafe(self._settle, settled)

    def _next_group(self) -> list[Job]:
        """Return the jobs that are waiting, at least one; none at all marks the end."""
        group = self._jobs.get()
        time.sleep(max(0.0, self._next_commit - time.monotonic()))
        while group and len(group) < MAX_GROUP:
            try:
                more = self._jobs.get_nowait()
            except queue.Empty:
                break
            if not more:
                self._jobs.put(more)
                break
            group += more
        self._next_commit = time.monotonic() + min(MAX_SPACING, SPACING_PER_JOB * len(group))
        return group

    def _carry_out(self, connection: Connection, group: list[Job]) -> list[Settled]:
        try:
            return self.commit(connection, group)
        except (DatabaseError, sqlite3.DatabaseError) as error:
            if not _of_the_database(error):
                return self._one_by_one(connection, group, error)
            # A lock or a full disk concerns all of them: waiting for it once is enough.
            refused = StoreError(_cause(error))
            return [(job.future, None, refused) for job in group]
        except Exception as error:
            return self._one_by_one(connection, group, error)

    def _one_by_one(self, connection: Connection, group: list[Job], error: Exception) -> list[Settled]:
        """Run the jobs of a group again, each alone: the defect of one must not take its neighbours along."""
        if len(group) == 1:
            return [(group[0].future, None, error)]
        return [settled for job in group for settled in self._carry_out(connection, [job])]

    def commit(self, connection: Connection, group: list[Job]) -> list[Settled]:
        """Execute a group in one transaction; what is returned is durable."""
        with _transaction(raw(connection)):
            return self.execute(connection, group)

    def execute(self, connection: Connection, group: list[Job]) -> list[Settled]:
        """Execute the jobs of a group in the transaction that is open."""
        settled: list[Settled] = []
        for run in _runs(group):
            if run[0].run is None:
                self._append(connection, run)
                settled += [(job.future, job.result, None) for job in run]
            else:
                settled.append((run[0].future, run[0].run(connection), None))
        return settled

    def _append(self, connection: Connection, run: list[Job]) -> None:
        statement = run[0].statement
        assert statement is not None
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = _compile(statement, connection, run[0].row)
        raw(connection).executemany(compiled.text, [compiled.values(job.row) for job in run])

    def _abandoned(self, group: list[Job]) -> list[Settled]:
        return [(job.future, None, asyncio.CancelledError()) for job in group]

    def _settle(self, settled: list[Settled]) -> None:
        self._waiting -= len(settled)
        self.failed += sum(isinstance(error, StoreError) for _, _, error in settled)
        for future, result, error in settled:
            if future.done():
                continue
            if error is None:
                future.set_result(result)
            elif isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)


def _runs(group: list[Job]) -> Iterator[list[Job]]:
    """Yield neighbours that share a statement together, every other job alone."""
    run: list[Job] = []
    for job in group:
        if run and (job.statement is None or job.statement is not run[0].statement):
            yield run
            run = []
        run.append(job)
    yield run


def _compile(statement: UpdateBase, connection: Connection, row: Mapping[str, Any]) -> _Compiled:
    compiled = statement.compile(connection, column_keys=list(row))
    assert isinstance(compiled, SQLCompiler)
    return _Compiled(str(compiled), tuple(compiled.positiontup or ()), compiled.params)


def _engine(path: Path, timeout: float, sync: bool) -> Engine:
    # Transactions are begun and committed on the connection itself: for a small group that halves the work.
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"timeout": timeout})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if sync else 'OFF'}")

    return engine


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def raw(connection: Connection) -> sqlite3.Connection:
    """Return the connection of the library below."""
    below = connection.connection.driver_connection
    assert isinstance(below, sqlite3.Connection)
    return below


def _of_the_database(error: Exception) -> bool:
    """Return whether an error is one of the file, its lock or its disk, rather than of what a job has asked."""
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, sqlite3.OperationalError) or type(cause) is sqlite3.DatabaseError


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error)
