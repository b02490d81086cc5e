"""Variants of what is said of idTokens and transactions (OCPP 2.0.1 C, E)."""

from __future__ import annotations

from ocpp.v201.enums import AuthorizationStatusEnumType, IdTokenEnumType
from sqlalchemy import Connection

from server.core.stations import Station
from server.core.validation import Payload
from server.v201.id_tokens import IdTokens
from server.v201.transactions import Transactions
from server.variants.registry import variant

UNKNOWN, INVALID = AuthorizationStatusEnumType.unknown, AuthorizationStatusEnumType.invalid


@variant(
    "unknown-token-invalid",
    "An idToken that nobody knows is told Invalid rather than Unknown.",
    grounds="OCPP 2.0.1 C01.FR.07, C04.FR.01; the certification case TC_C_02 takes both",
)
class _UnknownInvalid(IdTokens):
    def info(self, id_token: Payload) -> Payload:
        info = super().info(id_token)
        return {**info, "status": INVALID.value} if info["status"] == UNKNOWN else info


@variant(
    "group-of-its-own-kind",
    "The group of an idToken is told with the type of tokens that the station knows by itself.",
    grounds="OCPP 2.0.1 part 2 leaves the type of a groupIdToken to the CSMS",
)
class _GroupOfItsOwnKind(IdTokens):
    def group(self, parent: str) -> Payload:
        return {**super().group(parent), "type": IdTokenEnumType.local.value}


@variant(
    "cost-and-message-told",
    "The answer to each event of a transaction tells what it has cost so far, its priority and a message.",
    grounds="OCPP 2.0.1 E01, I02, I03: all of that may be told at any time",
)
class _CostAndMessageTold(Transactions):
    def event(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        message = {"format": "UTF8", "content": "Thank you"}
        told = {"totalCost": 1.25, "chargingPriority": 1, "updatedPersonalMessage": message}
        return {**super().event(tx, station, payload), **told}
