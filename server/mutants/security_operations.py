"""Defects in what stations are asked for by the security extension (security white paper 5.5, 5.9, 5.21)."""

from __future__ import annotations

from collections.abc import Sequence

from ocpp.v16.enums import Action
from sqlalchemy import Connection

from server.core.call_queue import Operation
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.security import Security
from server.v16.trigger import Trigger


class _AlteredTrigger(Trigger):
    """Alters the CALLs of ExtendedTriggerMessage."""

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return what is sent in place of what was asked for."""
        asked = super().requests(tx, operation)
        extended = operation.action == Action.extended_trigger_message
        return [self.alter(payload) for payload in asked] if extended else asked

    def alter(self, payload: Payload) -> Payload:
        """Return the payload that is sent in place of another."""
        raise NotImplementedError


@mutant("extended-trigger-with-connector", "ExtendedTriggerMessage names connector 1 where the operator chose none.")
class _WithConnector(_AlteredTrigger):
    def alter(self, payload: Payload) -> Payload:
        return {"connectorId": 1} | payload


@mutant("extended-trigger-connector-lost", "ExtendedTriggerMessage leaves out the connector that the operator chose.")
class _ConnectorLost(_AlteredTrigger):
    def alter(self, payload: Payload) -> Payload:
        return {"requestedMessage": payload["requestedMessage"]}


@mutant("extended-trigger-as-heartbeat", "ExtendedTriggerMessage always asks for a Heartbeat.")
class _AsHeartbeat(_AlteredTrigger):
    def alter(self, payload: Payload) -> Payload:
        return payload | {"requestedMessage": "Heartbeat"}


class _Altered(Security):
    """Alters the CALLs of GetLog and SignedUpdateFirmware."""

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return what is sent in place of what was asked for."""
        return [self.alter(operation.payload)]

    def alter(self, payload: Payload) -> Payload:
        """Return the payload that is sent in place of another."""
        raise NotImplementedError


@mutant("log-type-swapped", "The two types of logs are mixed up.")
class _LogTypeSwapped(_Altered):
    def alter(self, payload: Payload) -> Payload:
        other = {"DiagnosticsLog": "SecurityLog", "SecurityLog": "DiagnosticsLog"}
        return payload | ({"logType": other[payload["logType"]]} if "logType" in payload else {})


@mutant("log-location-lost", "A log is to be uploaded to another place than the operator chose.")
class _LogLocationLost(_Altered):
    def alter(self, payload: Payload) -> Payload:
        if "log" not in payload:
            return payload
        return payload | {"log": payload["log"] | {"remoteLocation": "ftp://elsewhere.example/"}}


@mutant("log-times-lost", "A log is asked for without the times that the operator gave.")
class _LogTimesLost(_Altered):
    def alter(self, payload: Payload) -> Payload:
        if "log" not in payload:
            return payload
        return payload | {"log": {"remoteLocation": payload["log"]["remoteLocation"]}}


@mutant("signature-lost", "Signed firmware is ordered with an empty signature.")
class _SignatureLost(_Altered):
    def alter(self, payload: Payload) -> Payload:
        if "firmware" not in payload:
            return payload
        return payload | {"firmware": payload["firmware"] | {"signature": ""}}
