"""Tasks that a station reports on for a while: updates of firmware, uploads of diagnostics and logs, reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from server.core import tables

FIRMWARE, DIAGNOSTICS, LOG, REPORT = "firmware", "diagnostics", "log", "report"
"""The kinds of tasks."""

RUNNING, DONE, FAILED = "running", "done", "failed"

ENDS: Mapping[str, str] = {
    "Installed": DONE,
    "Uploaded": DONE,
    "DownloadFailed": FAILED,
    "InstallationFailed": FAILED,
    "InstallVerificationFailed": FAILED,
    "InvalidSignature": FAILED,
    "UploadFailed": FAILED,
    "UploadFailure": FAILED,
    "BadMessage": FAILED,
    "NotSupportedOperation": FAILED,
    "PermissionDenied": FAILED,
}
"""Status → how a task stands with it; with any other it is running."""

IDLE = "Idle"

_known = tables.tasks.c


class Tasks:
    """Keeps track of the tasks of all stations, across their reboots."""

    def begin(
        self, tx: Connection, station: str, kind: str, *, operation: str | None = None, request_id: int | None = None
    ) -> None:
        """Begin a task; ``operation`` is the id of what asked for it."""
        row = {"station": station, "kind": kind, "operation": operation, "request_id": request_id, "state": RUNNING}
        tx.execute(insert(tables.tasks), row)

    def end(self, tx: Connection, operation: str, state: str) -> None:
        """End the task that an operation began, although the station has reported nothing."""
        tx.execute(update(tables.tasks).where(_known.operation == operation).values(state=state))

    def settle(self, tx: Connection, station: str, kind: str, request_id: int, state: str) -> None:
        """End the running task of a request; nothing is changed where there is none."""
        running = (_known.station == station, _known.kind == kind, _known.state == RUNNING)
        tx.execute(update(tables.tasks).where(*running, _known.request_id == request_id).values(state=state))

    def report(self, tx: Connection, station: str, kind: str, status: str, *, request_id: int | None = None) -> None:
        """Note the status that a station reports of its latest task; nothing asked for it if there is none.

        Idle is the status of a station that has no task.
        """
        if status == IDLE:
            return
        latest = select(_known.number).where(_known.station == station, _known.kind == kind)
        if request_id is not None:
            latest = latest.where(_known.request_id == request_id)
        number = tx.execute(latest.order_by(_known.number.desc()).limit(1)).scalar()
        if number is None:
            self.begin(tx, station, kind, request_id=request_id)
            number = tx.execute(latest).scalar()
        task = update(tables.tasks).where(_known.number == number)
        tx.execute(task.values(status=status, state=self.state(status)))

    def state(self, status: str) -> str:
        """Return how a task stands with a status."""
        return ENDS.get(status, RUNNING)


def read(tx: Connection, station: str) -> Sequence[Row[Any]]:
    """Return the tasks of a station, the latest last."""
    return tx.execute(select(tables.tasks).where(_known.station == station).order_by(_known.number)).all()
