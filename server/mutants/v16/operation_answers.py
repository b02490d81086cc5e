"""Mutants that do not cope with what a station answers to an operation, or with what follows (OCPP 1.6 section 5)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from ocpp.exceptions import InternalError
from ocpp.messages import CallResult
from ocpp.v16.enums import Action, AuthorizationStatus, RegistrationStatus
from sqlalchemy import Connection, select

from server.core import tables
from server.core.call_queue import CallQueue, Operation
from server.core.links import CallFailed
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, closes
from server.v16.core import CoreHandlers
from server.v16.operations import Operations


def _fails(answer: Payload) -> bool:
    return answer.get("status") not in ("Accepted", "Unlocked", None)


def _shows_no_list(answer: Payload) -> bool:
    return bool(answer.get("listVersion", 1) < 1)


def _blocks(*rows: Row[Callable[[Payload], bool]]) -> None:
    """Declare mutants that send a station nothing more after some answers."""
    for row in rows:
        _block(row)


def _block(row: Row[Callable[[Payload], bool]]) -> None:
    class Blocking(CallQueue):
        async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
            answer = await super().call(station, operation, payload)
            if row.how(answer):
                await asyncio.Event().wait()
            return answer

    row.declare(Blocking)


closes(
    Row("unsuccessful-answer-closes", "An answer that reports no success ends the connection.", _fails),
    Row("list-version-below-one-closes", "A list version of 0 or -1 ends the connection.", _shows_no_list),
    Row("long-configuration-closes", "A configuration of more than 100 keys ends the connection.",
        lambda answer: len(answer.get("configurationKey", ())) > 100),
    Row("configuration-with-unknown-keys-closes", "A GetConfiguration.conf with unknown keys ends the connection.",
        lambda answer: bool(answer.get("unknownKey"))),
)  # fmt: skip
_blocks(
    Row("unsuccessful-answer-blocks", "After an answer that reports no success, the station is sent nothing more.",
        _fails),
    Row("list-version-below-one-blocks", "After a list version of 0 or -1, the station is sent nothing more.",
        _shows_no_list),
)  # fmt: skip


@mutant("configuration-cut-short", "Of a configuration only the first 100 keys are stored.")
class _ConfigurationCutShort(Operations):
    def configuration_told(self, tx: Connection, station: str, keys: Sequence[Mapping[str, Any]]) -> None:
        super().configuration_told(tx, station, keys[:100])


@mutant("configuration-with-unknown-keys-dropped", "A GetConfiguration.conf with unknown keys is not stored at all.")
class _ConfigurationWithUnknownKeysDropped(Operations):
    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        if not answer.get("unknownKey"):
            super().answered(station, tx, operation, answer)


@mutant("repeated-boot-pending", "The BootNotification of a station that was accepted before is answered Pending.")
class _RepeatedBootPending(CoreHandlers):
    def registration(self, station: Station) -> str:
        return RegistrationStatus.pending.value if station.accepted else super().registration(station)


@mutant("remote-start-tag-refused", "Authorize is answered Blocked for an idTag that a remote start has named.")
class _RemoteStartTagRefused(CoreHandlers):
    def authorize(self, station: Station, payload: Payload) -> Any:
        known = tables.operations.c
        starts = select(known.payload).where(known.action == Action.remote_start_transaction.value)

        def job(tx: Connection) -> Payload:
            named = {orjson.loads(row.payload)["idTag"] for row in tx.execute(starts)}
            blocked = {"status": AuthorizationStatus.blocked.value}
            return {"idTagInfo": blocked if payload["idTag"] in named else self.id_tags.info(payload["idTag"])}

        return self.store.read(job)


@mutant("stop-after-boot-refused", "StopTransaction is refused for a transaction from before the latest boot.")
class _StopAfterBootRefused(CoreHandlers):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.begun: defaultdict[str, set[int]] = defaultdict(set)

    async def boot_notification(self, station: Station, payload: Payload) -> Payload:
        self.begun[station.id].clear()
        return await super().boot_notification(station, payload)

    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        conf = super().start(tx, station, payload)
        self.begun[station.id].add(conf["transactionId"])
        return conf

    def stop_transaction(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if payload["transactionId"] not in self.begun[station.id]:
            raise InternalError(description="the transaction is gone")
        return super().stop_transaction(station, payload)


@mutant(
    "decimals-inexact",
    "An answer with a decimal such as 8.1 is refused, for binary fractions are no multiples of 0.1.",
    faults=["citrineos/citrineos-core@2452f05c", "citrineos/citrineos-core#959"],
)
class _DecimalsInexact(Session):
    def take_result(self, result: CallResult) -> None:
        if any(number % 0.1 for number in _floats(result.payload)):
            self.answered(result.unique_id, lambda _: CallFailed("no multiple of 0.1"))
        else:
            super().take_result(result)


def _floats(value: Any) -> Iterator[float]:
    match value:
        case float():
            yield value
        case dict():
            for member in value.values():
                yield from _floats(member)
        case list():
            for item in value:
                yield from _floats(item)
