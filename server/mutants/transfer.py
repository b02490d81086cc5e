"""Defects of what a station reports on for a while, when its connection is lost meanwhile."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from ocpp.exceptions import PropertyConstraintViolationError, SecurityError
from sqlalchemy import Connection, update

from server.core import tables, tasks
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant

ORDERS = frozenset({"UpdateFirmware", "GetDiagnostics", "GetLog", "GetBaseReport", "GetReport"})
REPORTS = frozenset(
    {"FirmwareStatusNotification", "DiagnosticsStatusNotification", "LogStatusNotification", "NotifyReport"}
)


@mutant("transfer-bound-to-its-connection", "What was ordered on one connection cannot be reported on another.")
class _TransferBoundToItsConnection(Session):
    ordered = False

    def call(self, action: str, payload: Payload) -> asyncio.Future[Payload]:
        self.ordered = self.ordered or action in ORDERS
        return super().call(action, payload)

    def check_admitted(self, action: str) -> None:
        super().check_admitted(action)
        if action in REPORTS and not self.ordered:
            raise SecurityError(description="nobody has asked for that")


@mutant("task-fails-with-its-connection", "A task is shown as failed once its connection is lost.", remarks=True)
class _TaskFailsWithItsConnection(Session):
    def lost(self, why: str) -> None:
        super().lost(why)
        failing = self.queue.store.write(self._fail)
        self.log.watch(asyncio.ensure_future(failing), "tasks not failed", station=self.station.id)

    def _fail(self, tx: Connection) -> None:
        running = tables.tasks.c.station == self.station.id, tables.tasks.c.state == tasks.RUNNING
        tx.execute(update(tables.tasks).where(*running).values(state=tasks.FAILED))


@mutant("repeated-status-refused", "A report that comes again is refused.")
class _RepeatedStatusRefused(Session):
    latest: ClassVar[dict[tuple[Station, str], tuple[object, ...]]] = {}

    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if action in REPORTS:
            told = tuple(payload.get(name) for name in ("status", "requestId", "seqNo"))
            if self.latest.get((self.station, action)) == told:
                raise PropertyConstraintViolationError(description="it has been told already")
            self.latest[self.station, action] = told
