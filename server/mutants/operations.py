"""Mutants that send something else than the operator asked for (OCPP 1.6 section 5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, select

from server.core import tables
from server.core.call_queue import Operation
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16 import reported
from server.v16.operations import Operations


class _Altered(Operations):
    """Alters the CALLs of one action, or of all."""

    action: ClassVar[str | None] = None

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return what is sent in place of what was asked for."""
        asked = super().requests(tx, operation)
        if self.action not in (None, operation.action):
            return asked
        return [self.alter(tx, operation, dict(payload)) for payload in asked]

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        """Return one payload that is sent in place of another."""
        raise NotImplementedError


@mutant("reset-type-swapped", "A hard reset is sent as a soft one, and the other way round.")
class _ResetTypeSwapped(_Altered):
    action = "Reset"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {"type": "Soft" if payload["type"] == "Hard" else "Hard"}


@mutant("availability-type-swapped", "Operative is sent as Inoperative, and the other way round.")
class _AvailabilityTypeSwapped(_Altered):
    action = "ChangeAvailability"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return payload | {"type": "Operative" if payload["type"] == "Inoperative" else "Inoperative"}


@mutant("availability-connector-one", "A change of availability of the whole station is sent for connector 1.")
class _AvailabilityConnectorOne(_Altered):
    action = "ChangeAvailability"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return payload | {"connectorId": payload["connectorId"] or 1}


@mutant("configuration-value-typed", "A configuration value that reads as a number or truth value is sent as one.")
class _ConfigurationValueTyped(_Altered):
    action = "ChangeConfiguration"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return payload | {"value": _typed(payload["value"])}


@mutant("configuration-keys-lost", "GetConfiguration asks for all keys even if some are named.")
class _ConfigurationKeysLost(_Altered):
    action = "GetConfiguration"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {}


@mutant("configuration-keys-invented", "GetConfiguration for all keys asks for one of them only.")
class _ConfigurationKeysInvented(_Altered):
    action = "GetConfiguration"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {"key": payload.get("key") or ["SupportedFeatureProfiles"]}


@mutant("clear-cache-with-payload", "ClearCache carries a member.")
class _ClearCacheWithPayload(_Altered):
    action = "ClearCache"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {"idTag": "ALL"}


@mutant("remote-start-tag-mangled", "RemoteStartTransaction carries the idTag without its last character.")
class _RemoteStartTagMangled(_Altered):
    action = "RemoteStartTransaction"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return payload | {"idTag": payload["idTag"][:-1]}


@mutant("remote-start-connector-lost", "RemoteStartTransaction leaves out the connector that the operator chose.")
class _RemoteStartConnectorLost(_Altered):
    action = "RemoteStartTransaction"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {name: value for name, value in payload.items() if name != "connectorId"}


@mutant("remote-start-connector-zero", "RemoteStartTransaction on any connector names connector 0.")
class _RemoteStartConnectorZero(_Altered):
    action = "RemoteStartTransaction"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {"connectorId": 0} | payload


@mutant("remote-stop-foreign-transaction", "RemoteStopTransaction names an id that belongs to no transaction.")
class _RemoteStopForeignTransaction(_Altered):
    action = "RemoteStopTransaction"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {"transactionId": payload["transactionId"] ^ 1}


@mutant("remote-stop-latest-transaction", "RemoteStopTransaction always names the latest transaction of the station.")
class _RemoteStopLatestTransaction(_Altered):
    action = "RemoteStopTransaction"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        known = tables.transactions.c
        latest = select(known.id).where(known.station == operation.station).order_by(known.number.desc())
        return {"transactionId": tx.execute(latest.limit(1)).scalar_one()}


@mutant("unlock-connector-zero", "UnlockConnector names connector 0.")
class _UnlockConnectorZero(_Altered):
    action = "UnlockConnector"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {"connectorId": 0}


@mutant("vendor-data-lost", "DataTransfer to a station leaves the data out.")
class _VendorDataLost(_Altered):
    action = "DataTransfer"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return {name: value for name, value in payload.items() if name != "data"}


@mutant("vendor-data-unwrapped", "DataTransfer to a station carries text that looks like JSON as a JSON value.")
class _VendorDataUnwrapped(_Altered):
    action = "DataTransfer"

    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return payload | ({"data": _typed(payload["data"])} if "data" in payload else {})


@mutant("absent-members-null", "Optional members that the operator left out are sent as null.")
class _AbsentMembersNull(_Altered):
    def alter(self, tx: Connection, operation: Operation, payload: Payload) -> Payload:
        return dict.fromkeys(_OPTIONAL.get(operation.action, ())) | payload


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


@mutant("operator-input-unchecked", "What an operator enters is sent as it is, whatever OCPP allows.")
class _OperatorInputUnchecked(Operations):
    def check(self, action: str, payload: Payload) -> None:
        pass


_OPTIONAL = {
    "ClearChargingProfile": ("id", "connectorId", "chargingProfilePurpose", "stackLevel"),
    "DataTransfer": ("messageId", "data"),
    "GetCompositeSchedule": ("chargingRateUnit",),
    "GetConfiguration": ("key",),
    "RemoteStartTransaction": ("connectorId", "chargingProfile"),
    "TriggerMessage": ("connectorId",),
}


def _typed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
