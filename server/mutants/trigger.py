"""Mutants that mishandle triggered messages (OCPP 1.6 5.17)."""

from __future__ import annotations

from collections.abc import Sequence

from ocpp.v16.enums import Action
from sqlalchemy import Connection

from server.core.call_queue import Operation
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.trigger import Trigger

# What an operator enters


@mutant(
    "trigger-connector-unchecked",
    "A message is triggered for whatever connector the operator enters.",
    remarks=True,
)
class _TriggerConnectorUnchecked(Trigger):
    def check_connector(self, tx: Connection, station: Station, wanted: str, connector_id: int) -> None:
        pass


# What a station is asked for


class _Altered(Trigger):
    """Alters the CALLs of TriggerMessage."""

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return what is sent in place of what was asked for."""
        asked = super().requests(tx, operation)
        return [self.alter(payload) for payload in asked] if operation.action == Action.trigger_message else asked

    def alter(self, payload: Payload) -> Payload:
        """Return the payload that is sent in place of another."""
        raise NotImplementedError


@mutant("trigger-connector-lost", "TriggerMessage leaves out the connector that the operator chose.")
class _TriggerConnectorLost(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return {"requestedMessage": payload["requestedMessage"]}


@mutant("trigger-connector-invented", "TriggerMessage names connector 1 where the operator chose none.")
class _TriggerConnectorInvented(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return {"connectorId": 1} | payload


@mutant("trigger-zero-shifted", "TriggerMessage names connector 1 in the place of 0.")
class _TriggerZeroShifted(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return payload | ({"connectorId": 1} if payload.get("connectorId") == 0 else {})


@mutant(
    "trigger-message-mistaken",
    "TriggerMessage asks for a heartbeat in the place of meter values or a status.",
    faults=["thoughtworks/maeve-csms@096bc2e"],
)
class _TriggerMessageMistaken(_Altered):
    def alter(self, payload: Payload) -> Payload:
        wanted = payload["requestedMessage"]
        return payload | {
            "requestedMessage": "Heartbeat" if wanted in ("MeterValues", "StatusNotification") else wanted
        }


@mutant(
    "triggered-message-refused",
    "A station that is not accepted may not even send what it was asked for.",
    faults=["citrineos/citrineos-core#1052"],
    remarks=True,
)
class _TriggeredMessageRefused(Trigger):
    def sent(self, station: Station, action: str, payload: Payload) -> None:
        pass
