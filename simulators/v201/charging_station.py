"""A charging station that speaks OCPP 2.0.1: its answers to a CSMS, and what it sends after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.ocppj import Call, CallError, Payload
from simulators.v201.device_model import PASSWORD, Key
from simulators.v201.sender import Sender
from simulators.v201.transaction import Transaction


class ChargingStation(Sender):
    """A charging station that answers every CALL of the functional blocks B, C, E, F and G as a correct one does.

    It does not reset, and starts and stops no transaction, unless a scenario has it do so.
    """

    async def respond(self, call: Call) -> Payload | CallError:
        """Return the answer that a correct charging station gives to a CALL that no scenario has taken over."""
        reaction = _REACTIONS.get(call.action)
        if reaction is not None:
            return reaction(self, call.payload)
        if call.action in self.version.schemas.actions:
            return CallError(call.unique_id, "NotSupported", f"{call.action} is not supported by this charging station")
        return CallError(call.unique_id, "NotImplemented", f"{call.action} is not known to this charging station")

    def get_variables(self, payload: Payload) -> Payload:
        """Answer a GetVariablesRequest, one result for each element (B06)."""
        return {"getVariableResult": [self.device_model.get(one) for one in payload["getVariableData"]]}

    def set_variables(self, payload: Payload) -> Payload:
        """Answer a SetVariablesRequest; a new password is used from the next connection on (B05, A01)."""
        results = [self.device_model.set(one) for one in payload["setVariableData"]]
        for asked, result in zip(payload["setVariableData"], results, strict=True):
            if Key.of(asked) == PASSWORD and result["attributeStatus"] == "Accepted":
                self.password = str(asked["attributeValue"]).encode()
        return {"setVariableResult": results}

    def get_base_report(self, payload: Payload) -> Payload:
        """Answer a GetBaseReportRequest, and send the report (B07)."""
        self._spawn(self.report(payload["requestId"], self.device_model.base_report(payload["reportBase"])))
        return {"status": "Accepted"}

    def get_report(self, payload: Payload) -> Payload:
        """Answer a GetReportRequest, and send the report unless there is nothing in it (B08)."""
        named, criteria = payload.get("componentVariable", ()), payload.get("componentCriteria", ())
        data = self.device_model.custom_report(named, criteria)
        if not data:
            return {"status": "EmptyResultSet"}
        self._spawn(self.report(payload["requestId"], data))
        return {"status": "Accepted"}

    def set_network_profile(self, payload: Payload) -> Payload:
        """Answer a SetNetworkProfileRequest; the profile is kept, and not used until it is given priority (B09)."""
        self.network_profiles[payload["configurationSlot"]] = payload["connectionData"]
        return {"status": "Accepted"}

    def trigger_message(self, payload: Payload) -> Payload:
        """Answer a TriggerMessageRequest, and send what it asks for (F06)."""
        wanted = self._connectors(payload.get("evse", {}))
        if not wanted:
            return {"status": "Rejected"}
        match payload["requestedMessage"]:
            case "BootNotification":
                self._spawn(self.call("BootNotification", {**self.identity, "reason": "Triggered"}))
            case "Heartbeat":
                self._spawn(self.heartbeat())
            case "StatusNotification":
                self._spawn(self._tell({one: self.statuses[one] for one in wanted}))
            case "MeterValues":
                self._spawn(self._tell_meters([evse for evse, _ in wanted]))
            case "TransactionEvent":
                ongoing = [one for evse, _ in wanted for one in self.ongoing(evse)]
                self._spawn(self._tell_transactions(ongoing))
                return {"status": "Accepted" if ongoing else "Rejected"}
            case "LogStatusNotification" | "FirmwareStatusNotification" as message:
                self._spawn(self.call(message, {"status": "Idle"}))
            case _:
                return {"status": "NotImplemented"}
        return {"status": "Accepted"}

    def _connectors(self, place: Payload) -> list[tuple[int, int]]:
        """Return the connectors that an EVSEType means: one, those of an EVSE, or without any of its members all."""
        return [
            (evse, connector)
            for evse, connector in self.statuses
            if place.get("id", evse) == evse and place.get("connectorId", connector) == connector
        ]

    async def _tell(self, statuses: Mapping[tuple[int, int], str]) -> None:
        for (evse, connector), status in statuses.items():
            await self.status(evse, connector, status)

    async def _tell_meters(self, evses: Sequence[int]) -> None:
        for evse in evses:
            await self.meter_values(self.reading(context="Trigger"), evse=evse)

    async def _tell_transactions(self, transactions: Sequence[Transaction]) -> None:
        for one in transactions:
            await one.updated("Trigger", meterValue=[self.reading(context="Trigger")])

    def change_availability(self, payload: Payload) -> Payload:
        """Answer a ChangeAvailabilityRequest and report what changes; what is in use waits (G03)."""
        wanted = self._connectors(payload.get("evse", {}))
        if not wanted:
            return {"status": "Rejected"}
        status = "Available" if payload["operationalStatus"] == "Operative" else "Unavailable"
        idle = [one for one in wanted if not self.ongoing(one[0])]
        self._spawn(self._tell(dict.fromkeys(idle, status)))
        return {"status": "Scheduled" if idle != wanted else "Accepted"}

    def get_transaction_status(self, payload: Payload) -> Payload:
        """Answer a GetTransactionStatusRequest; nothing is ever queued here (E14)."""
        asked = payload.get("transactionId")
        if asked is None:
            return {"messagesInQueue": False}
        return {"messagesInQueue": False, "ongoingIndicator": any(one.id == asked for one in self.ongoing())}

    def unlock_connector(self, payload: Payload) -> Payload:
        """Answer an UnlockConnectorRequest (F05)."""
        if (payload["evseId"], payload["connectorId"]) not in self.statuses:
            return {"status": "UnknownConnector"}
        return {"status": "OngoingAuthorizedTransaction" if self.ongoing(payload["evseId"]) else "Unlocked"}


Reaction = Callable[[ChargingStation, Payload], Payload]


def _always(**members: Any) -> Reaction:
    return lambda station, payload: dict(members)


_REACTIONS: Mapping[str, Reaction] = {
    "ChangeAvailability": ChargingStation.change_availability,
    "ClearCache": _always(status="Accepted"),
    "DataTransfer": _always(status="UnknownVendorId"),
    "GetBaseReport": ChargingStation.get_base_report,
    "GetReport": ChargingStation.get_report,
    "GetTransactionStatus": ChargingStation.get_transaction_status,
    "GetVariables": ChargingStation.get_variables,
    "RequestStartTransaction": _always(status="Rejected"),
    "RequestStopTransaction": _always(status="Rejected"),
    "Reset": _always(status="Rejected"),
    "SetNetworkProfile": ChargingStation.set_network_profile,
    "SetVariables": ChargingStation.set_variables,
    "TriggerMessage": ChargingStation.trigger_message,
    "UnlockConnector": ChargingStation.unlock_connector,
}
