"""The queue of CALLs to each station: one is outstanding, the rest waits, also while the station is away."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update

from server.core import tables
from server.core.frame_log import FrameLog, hidden
from server.core.links import CallFailed, Links
from server.core.settings import ServerSettings
from server.core.stations import Station, Stations
from server.core.store import Store, StoreError
from server.core.validation import Payload

LOST = "connection lost"
UNKNOWN = "the station is not known any more"
WITHDRAWN = "withdrawn by the operator"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation: ``state`` is answered or failed, or pending while it is neither.

    ``waits_for`` is what a pending one waits for, in words.
    """

    state: str
    status: str | None = None
    payload: Mapping[str, Any] | None = None
    reason: str | None = None
    waits_for: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation of a version that the central system has taken; ``done`` is set once its outcome is durable."""

    station: str
    version: str
    action: str
    payload: Payload
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Effects(Protocol):
    """What operations mean beyond the frames: limits, and what their answers change."""

    def waits_for(self, station: Station, operation: Operation) -> str | None:
        """Return what has to happen before the station may be sent this, None if it may be now."""
        ...

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the CALLs that an operation takes; one, unless the station has limits. Raises CallFailed."""
        ...

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Record that an operation is about to be sent."""
        ...

    def sent(self, station: Station, action: str, payload: Payload) -> None:
        """Note that a CALL goes out."""
        ...

    def merge(self, answers: Sequence[Payload]) -> Payload:
        """Return one answer for the CALLs of one operation."""
        ...

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record what an answer changes."""
        ...

    def failed(self, tx: Connection, operation: Operation) -> None:
        """Record what a failure changes."""
        ...

    def follow_ups(self, tx: Connection, operation: Operation, answer: Payload) -> Sequence[Operation]:
        """Return the operations that an answer makes necessary."""
        ...


@dataclass(slots=True, eq=False)
class Lane:
    """What waits for one station; the ``worker`` carries it out in turn, and one operation is ``under_way``."""

    waiting: deque[Operation] = field(default_factory=deque)
    under_way: Operation | None = None
    worker: asyncio.Task[None] | None = None


class CallQueue:
    """Carries out the operations of all stations, for each of them one at a time (OCPP-J 1.6 4.1.1)."""

    def __init__(
        self, settings: ServerSettings, store: Store, links: Links, effects: Mapping[str, Effects], log: FrameLog
    ) -> None:
        """Prepare it; ``effects`` are those of each version, which may be filled in until the queue is loaded."""
        self.settings = settings
        self.store = store
        self.links = links
        self.effects = effects
        self.log = log
        self._lanes: dict[Station, Lane] = {}
        self._pending: dict[str, Operation] = {}
        self._stopped = False

    def __len__(self) -> int:
        return len(self._pending)

    async def load(self, stations: Stations) -> None:
        """Take up what an earlier run left behind.

        What was sent then has failed, and so has what is for a station that is unknown now, or of a version that is
        not served any more.
        """

        def job(tx: Connection) -> Sequence[Any]:
            left = select(tables.operations).where(tables.operations.c.state.in_(("queued", "sent")))
            waiting = []
            for row in tx.execute(left.order_by(tables.operations.c.number)).all():
                if (reason := self._lost(row, stations)) is None:
                    waiting.append(row)
                    continue
                operation = _operation(row)
                tx.execute(_RECORD, _outcome(operation, "failed", reason=reason))
                if (effects := self.effects.get(operation.version)) is not None:
                    effects.failed(tx, operation)
            return waiting

        for row in await self.store.write(job):
            if (station := stations.get(row.station)) is not None:
                self._enqueue(station, _operation(row))

    def _lost(self, row: Any, stations: Stations) -> str | None:
        """Return why an operation of an earlier run has failed, None if it can still be carried out."""
        if row.version not in self.effects:
            return f"OCPP {row.version} is not served any more"
        if row.state == "sent":
            return LOST
        return UNKNOWN if stations.get(row.station) is None else None

    async def add(self, station: Station, operation: Operation) -> None:
        """Take an operation: it is durable, and then waits for its turn; raises StoreError."""
        await self.store.append(_ADD, _row(operation), None)
        self._enqueue(station, operation)
        self.wake(station)

    def wake(self, station: Station) -> None:
        """Carry on with what waits for a station, if it is there and may be spoken to."""
        lane = self._lanes.get(station)
        if lane is None or lane.worker is not None or self._stopped or not lane.waiting:
            return
        if self.next(station) is not None:
            lane.worker = asyncio.create_task(self._work(station, lane), name=f"calls to {station.id}")

    def lane(self, station: Station) -> Lane:
        """Return what waits for a station."""
        lane = self._lanes.get(station)
        if lane is None:
            lane = self._lanes[station] = Lane()
        return lane

    def next(self, station: Station) -> Operation | None:
        """Return the operation whose turn it is, None where the station cannot be sent any."""
        if station not in self.links:
            return None
        return next((one for one in self.lane(station).waiting if self.hindrance(station, one) is None), None)

    def hindrance(self, station: Station, operation: Operation) -> str | None:
        """Return what has to happen before a connected station may be sent this, None if it may be now."""
        if operation.version != station.version:
            return f"the station to connect with OCPP {operation.version}"
        return self.effects[operation.version].waits_for(station, operation)

    def pending(self, id: str) -> Operation | None:
        """Return the operation of this id, None if it has an outcome or never was."""
        return self._pending.get(id)

    def waits_for(self, station: Station, operation: Operation) -> str:
        """Return what a pending operation waits for, in words."""
        lane = self.lane(station)
        if operation not in lane.waiting or lane.under_way is operation:
            return "the answer of the station"
        if station not in self.links:
            return "the station to connect"
        if (what := self.hindrance(station, operation)) is not None:
            return what
        return f"its turn: {lane.waiting.index(operation)} before it"

    async def withdraw(self, station: Station, operation: Operation) -> bool:
        """End an operation that has not been sent, and return whether that was possible; raises StoreError."""
        lane = self.lane(station)
        if operation not in lane.waiting or lane.under_way is operation:
            return False
        place = lane.waiting.index(operation)
        lane.waiting.remove(operation)
        try:
            await self._record_failure(operation, WITHDRAWN)
        except StoreError:
            lane.waiting.insert(place, operation)
            raise
        self._pending.pop(operation.id, None)
        operation.done.set()
        return True

    async def outcome(self, id: str, patience: float) -> Outcome | None:
        """Return what became of an operation, waiting up to ``patience`` seconds for it; None for an unknown id."""
        operation = self._pending.get(id)
        if operation is not None and patience > 0:
            try:
                async with asyncio.timeout(patience):
                    await operation.done.wait()
            except TimeoutError:
                pass
        row = await self.store.read(lambda tx: tx.execute(_FIND, {"wanted": id}).one_or_none())
        if row is None:
            return None
        state = row.state if row.state in ("answered", "failed") else "pending"
        return Outcome(state, row.status, orjson.loads(row.answer) if row.answer else None, row.reason)

    async def stop(self) -> None:
        """Stop carrying out; what waits stays in the store, for the next start."""
        self._stopped = True
        workers = [lane.worker for lane in self._lanes.values() if lane.worker is not None]
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def forget(self, station: Station) -> None:
        """Drop what waits for a station that is being removed."""
        lane = self._lanes.pop(station, Lane())
        if lane.worker is not None:
            lane.worker.cancel()
        for operation in lane.waiting:
            self._pending.pop(operation.id, None)
            operation.done.set()
        lane.waiting.clear()

    def _enqueue(self, station: Station, operation: Operation) -> None:
        self._pending[operation.id] = operation
        self.lane(station).waiting.append(operation)

    async def _work(self, station: Station, lane: Lane) -> None:
        try:
            while (operation := self.next(station)) is not None:
                lane.under_way = operation
                await self.carry_out(station, operation)
                lane.waiting.remove(operation)
                self._pending.pop(operation.id, None)
                operation.done.set()
        finally:
            lane.worker = lane.under_way = None

    async def carry_out(self, station: Station, operation: Operation) -> None:
        """Send the CALLs of an operation and record the outcome."""
        effects = self.effects[operation.version]

        def begin(tx: Connection) -> Sequence[Payload]:
            tx.execute(_RECORD, _outcome(operation, "sent"))
            requests = effects.requests(tx, operation)
            effects.begun(tx, operation, requests)
            if (shown := hidden(operation.payload)) != operation.payload:  # what is sent now is needed no more
                tx.execute(_REDACT, {"wanted": operation.id, "new_payload": orjson.dumps(shown)})
            return requests

        try:
            answers = [await self.call(station, operation, one) for one in await self.store.write(begin)]
            await self._answered(station, operation, effects.merge(answers))
        except (CallFailed, StoreError) as failure:
            await self._fail(operation, str(failure))
        except Exception as defect:
            self.log.failure("failure", defect, station=station.id, action=operation.action)
            await self._fail(operation, "internal error")

    async def _answered(self, station: Station, operation: Operation, answer: Payload) -> None:
        effects = self.effects[operation.version]

        def finish(tx: Connection) -> Sequence[Operation]:
            tx.execute(_RECORD, _outcome(operation, "answered", answer=answer))
            effects.answered(station, tx, operation, answer)
            follow_ups = effects.follow_ups(tx, operation, answer)
            for one in follow_ups:
                tx.execute(_ADD, _row(one))
            return follow_ups

        for one in await self.store.write(finish):
            self._enqueue(station, one)

    async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
        """Send one CALL and return its answer; raises CallFailed."""
        link = self.links.of(station)
        if link is None:
            raise CallFailed(LOST)
        self.effects[operation.version].sent(station, operation.action, payload)
        try:
            async with asyncio.timeout(self.settings.call_timeout):
                return await link.call(operation.action, payload)
        except TimeoutError:
            raise link.silence(self.settings.call_timeout) from None

    async def _fail(self, operation: Operation, reason: str) -> None:
        # Without the store the row still says queued or sent: the next start decides.
        with contextlib.suppress(StoreError):
            await self._record_failure(operation, reason)

    async def _record_failure(self, operation: Operation, reason: str) -> None:
        def job(tx: Connection) -> None:
            tx.execute(_RECORD, _outcome(operation, "failed", reason=reason))
            self.effects[operation.version].failed(tx, operation)

        await self.store.write(job)
        members = {"station": operation.station, "action": operation.action, "operation": operation.id}
        self.log.note("operation failed", **members, reason=reason)


_ADD = insert(tables.operations)
_FIND = select(tables.operations).where(tables.operations.c.id == bindparam("wanted"))
_REDACT = (
    update(tables.operations)
    .where(tables.operations.c.id == bindparam("wanted"))
    .values(payload=bindparam("new_payload"))
)
_RECORD = (
    update(tables.operations)
    .where(tables.operations.c.id == bindparam("wanted"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "status", "answer", "reason")})
)


def _operation(row: Any) -> Operation:
    return Operation(row.station, row.version, row.action, orjson.loads(row.payload), row.id)


def _row(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "station": operation.station,
        "version": operation.version,
        "action": operation.action,
        "payload": orjson.dumps(operation.payload),
        "state": "queued",
    }


def _outcome(
    operation: Operation, state: str, *, answer: Payload | None = None, reason: str | None = None
) -> dict[str, Any]:
    status = answer.get("status") if answer else None
    return {
        "wanted": operation.id,
        "new_state": state,
        "new_status": status,
        "new_answer": None if answer is None else orjson.dumps(hidden(answer)),
        "new_reason": reason,
    }
