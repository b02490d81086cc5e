"""Mutants that send something else than the operator asked for (OCPP 1.6 section 5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from server.core.call_queue import Operation
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, drop, fill, only, put, reframes, stubs, swap, turn
from server.mutants.v16 import request
from server.v16 import reported, tables
from server.v16.operations import Operations


def _typed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


alters(request("Reset"),
    Row("reset-type-swapped", "A hard reset is sent as a soft one, and the other way round.",
        turn(type=swap("Hard", "Soft"))),
)  # fmt: skip

alters(request("ChangeAvailability"),
    Row("availability-type-swapped", "Operative is sent as Inoperative, and the other way round.",
        turn(type=swap("Operative", "Inoperative"))),
    Row("availability-connector-one", "A change of availability of the whole station is sent for connector 1.",
        turn(connectorId=lambda number: number or 1)),
)  # fmt: skip
alters(request("ChangeConfiguration"),
    Row("configuration-value-typed", "A configuration value that reads as a number or truth value is sent as one.",
        turn(value=_typed)),
)  # fmt: skip
alters(request("GetConfiguration"),
    Row("configuration-keys-lost", "GetConfiguration asks for all keys even if some are named.", only()),
    Row("configuration-keys-invented", "GetConfiguration for all keys asks for one of them only.",
        put(key=["SupportedFeatureProfiles"]), when=lambda payload: not payload.get("key")),
)  # fmt: skip
alters(request("ClearCache"), Row("clear-cache-with-payload", "ClearCache carries a member.", put(idTag="ALL")))

alters(request("RemoteStartTransaction"),
    Row("remote-start-tag-mangled", "RemoteStartTransaction carries the idTag without its last character.",
        turn(idTag=lambda tag: tag[:-1])),
    Row("remote-start-connector-lost", "RemoteStartTransaction leaves out the connector that the operator chose.",
        drop("connectorId")),
    Row("remote-start-connector-zero", "RemoteStartTransaction on any connector names connector 0.",
        fill(connectorId=0)),
)  # fmt: skip
alters(request("RemoteStopTransaction"),
    Row("remote-stop-foreign-transaction", "RemoteStopTransaction names an id that belongs to no transaction.",
        turn(transactionId=lambda number: number ^ 1)),
)  # fmt: skip
alters(request("UnlockConnector"),
    Row("unlock-connector-zero", "UnlockConnector names connector 0.", put(connectorId=0)),
)  # fmt: skip
alters(request("DataTransfer"),
    Row("vendor-data-lost", "DataTransfer to a station leaves the data out.", drop("data")),
    Row("vendor-data-unwrapped", "DataTransfer to a station carries text that looks like JSON as a JSON value.",
        turn(data=_typed)),
)  # fmt: skip

_OPTIONAL = {
    "ClearChargingProfile": ("id", "connectorId", "chargingProfilePurpose", "stackLevel"),
    "DataTransfer": ("messageId", "data"),
    "GetCompositeSchedule": ("chargingRateUnit",),
    "GetConfiguration": ("key",),
    "RemoteStartTransaction": ("connectorId", "chargingProfile"),
    "TriggerMessage": ("connectorId",),
}

reframes(request(*_OPTIONAL),
    Row("absent-members-null", "Optional members that the operator left out are sent as null.",
        lambda frame: [*frame[:3], dict.fromkeys(_OPTIONAL[frame[2]]) | frame[3]]),
)  # fmt: skip


@mutant("remote-stop-latest-transaction", "RemoteStopTransaction always names the latest transaction of the station.")
class _RemoteStopLatestTransaction(Operations):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        asked = super().requests(tx, operation)
        if operation.action != "RemoteStopTransaction":
            return asked
        known = tables.transactions.c
        latest = select(known.id).where(known.station == operation.station).order_by(known.number.desc())
        return [{"transactionId": tx.execute(latest.limit(1)).scalar_one()}]


@mutant(
    "configuration-batches-empty",
    "A station that can be asked for 0 keys at once is asked for none, over and over.",
    faults=["citrineos/citrineos-core#498"],
)
class _ConfigurationBatchesEmpty(Operations):
    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        told = reported.number(tx, operation.station, "GetConfigurationMaxKeys")
        endless = told == 0 and operation.payload.get("key")
        return [{"key": []}] * 1000 if endless else super().requests(tx, operation)


stubs(Operations, "check",
    Row("operator-input-unchecked", "What an operator enters is sent as it is, whatever OCPP allows.", None),
)  # fmt: skip
