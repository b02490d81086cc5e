"""Defects that show when the central system is killed and started again."""

from __future__ import annotations

import time

from sqlalchemy import Connection

from server.core.call_queue import CallQueue
from server.core.stations import Stations
from server.core.store import Job, Settled, Store, raw
from server.mutants.registry import mutant

IDLE = 0.05
"""Seconds that what was confirmed waits for its commit at least."""


@mutant("confirmed-before-stored", "What stations tell is confirmed a moment before it is stored.", remarks=True)
class _ConfirmedBeforeStored(Store):
    _since: float | None = None

    def commit(self, connection: Connection, group: list[Job]) -> list[Settled]:
        if self._since is None:
            self._since = time.monotonic()
            raw(connection).execute("BEGIN IMMEDIATE")
        settled = self.execute(connection, group)
        if time.monotonic() - self._since > IDLE:
            self._since = None
            raw(connection).execute("COMMIT")
        return settled


@mutant("queue-lost-in-a-crash", "Operations that were waiting when it was killed are forgotten, and stay pending.")
class _QueueLostInACrash(CallQueue):
    async def load(self, stations: Stations) -> None:
        pass
