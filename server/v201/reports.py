"""Block B, the device model: variables, reports and events (OCPP 2.0.1 B05 to B08, G05, N07)."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, ClassVar

import orjson
from ocpp.v201.enums import (
    Action,
    ConnectorVariableName,
    GenericDeviceModelStatusEnumType,
    GetVariableStatusEnumType,
    PhysicalComponentName,
    SetVariableStatusEnumType,
)
from sqlalchemy import Connection, insert

from server.core import connectors, tasks
from server.core.bundle import UnsuitableOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.store import Store
from server.core.tasks import Tasks
from server.core.validation import Payload
from server.v201 import checks, device_model, tables

_REPORTS = frozenset({Action.get_base_report.value, Action.get_report.value})
_ITEMS: Mapping[str, str] = {
    Action.get_variables.value: "getVariableData",
    Action.set_variables.value: "setVariableData",
    Action.get_report.value: "componentVariable",
}
"""Action → the member whose items a station may limit (B05.FR.11, B06.FR.16, B08.FR.17)."""

_TAKEN = frozenset({SetVariableStatusEnumType.accepted.value, SetVariableStatusEnumType.reboot_required.value})
_UNLIMITED = 1_000_000


class DeviceModel(Profile):
    """Asks for variables and reports, sets variables, and keeps what stations tell of them."""

    actions: ClassVar[frozenset[str]] = _REPORTS | {Action.get_variables.value, Action.set_variables.value}

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tasks = Tasks()

    # What stations tell

    def notify_report(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Store one part of a report (B07, B08)."""
        checks.number(payload["requestId"], "requestId")
        for told in payload.get("reportData", []):
            checks.evse(told["component"].get("evse", {}))
        return self.store.write(lambda tx: self.reported(tx, station, payload))

    def reported(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        """Store a part of a report, the last of which completes it, and return the NotifyReportResponse."""
        for told in payload.get("reportData", []):
            for one in told["variableAttribute"]:
                attribute, mutability = one.get("type", device_model.ACTUAL), one.get("mutability", "ReadWrite")
                device_model.store(tx, station.id, told, one.get("value"), attribute=attribute, mutability=mutability)
                self.state_shown(tx, station, told, attribute, one.get("value"))
        if not payload.get("tbc", False):
            self.tasks.settle(tx, station.id, tasks.REPORT, payload["requestId"], tasks.DONE)
        return {}

    def notify_event(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Store events, and the values that they tell (G05.FR.03, N07)."""
        for event in payload["eventData"]:
            checks.instant(event["timestamp"])
            checks.evse(event["component"].get("evse", {}))
        return self.store.write(lambda tx: self.notified(tx, station, payload["eventData"]))

    def notified(self, tx: Connection, station: Station, events: Sequence[Payload]) -> Payload:
        """Store events and return the NotifyEventResponse."""
        tx.execute(insert(tables.events), [{"station": station.id, "event": orjson.dumps(one)} for one in events])
        for event in events:
            device_model.store(tx, station.id, event, event["actualValue"])
            self.state_shown(tx, station, event, device_model.ACTUAL, event["actualValue"], event["timestamp"])
        return {}

    def state_shown(
        self,
        tx: Connection,
        station: Station,
        place: Mapping[str, Any],
        attribute: str,
        value: str | None,
        timestamp: str | None = None,
    ) -> None:
        """Take the availability state of a connector for its status, as a StatusNotification tells it (G01.FR.01)."""
        component, evse = place["component"], place["component"].get("evse", {})
        named = (component["name"], place["variable"]["name"], attribute)
        if named != (PhysicalComponentName.connector, ConnectorVariableName.availability_state, device_model.ACTUAL):
            return
        if value is not None and "connectorId" in evse:
            connectors.shown(tx, station.id, evse["id"], evse["connectorId"], value, timestamp)

    # What operators ask for

    def complete(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Return the request for a report with a number of its own where none is given."""
        return {"requestId": self.new_number(), **payload} if action in _REPORTS else payload

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check that a report is not asked for with more items than the station takes at once (B08.FR.17)."""
        if action == Action.get_report and len(payload.get("componentVariable", ())) > self.limit(
            tx, station.id, action
        ):
            raise UnsuitableOperation("the station takes fewer components and variables in one GetReport")
        return payload

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the CALLs: variables are shared out where the station limits their number (B05.FR.11, B06.FR.16)."""
        if operation.action in _REPORTS:
            return [operation.payload]
        member = _ITEMS[operation.action]
        items, limit = operation.payload[member], self.limit(tx, operation.station, operation.action)
        return [{**operation.payload, member: items[at : at + limit]} for at in range(0, len(items), limit)]

    def limit(self, tx: Connection, station: str, action: str) -> int:
        """Return how many items a station takes in one CALL of an action, as far as it has told."""
        return device_model.number(tx, station, "DeviceDataCtrlr", "ItemsPerMessage", action) or _UNLIMITED

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Begin the task of a report before the station can send the first part."""
        if operation.action in _REPORTS:
            number = operation.payload["requestId"]
            self.tasks.begin(tx, operation.station, tasks.REPORT, operation=operation.id, request_id=number)

    def sent(self, station: Station, action: str, payload: Payload) -> None:
        """Let a station that is not accepted send the report that it is being asked for (B02.FR.09)."""
        if action in _REPORTS:
            station.triggered[Action.notify_report.value] += _UNLIMITED

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Store the values that a station has told or taken, or end a report that will not come."""
        match operation.action:
            case Action.get_variables:
                self.told(tx, operation.station, answer["getVariableResult"])
            case Action.set_variables:
                self.taken(tx, operation.station, operation.payload["setVariableData"], answer["setVariableResult"])
            case _ if answer["status"] != GenericDeviceModelStatusEnumType.accepted:
                empty = answer["status"] == GenericDeviceModelStatusEnumType.empty_result_set
                self.tasks.end(tx, operation.id, tasks.DONE if empty else tasks.FAILED)

    def failed(self, tx: Connection, operation: Operation) -> None:
        """End a report that the station has not been asked for."""
        self.tasks.end(tx, operation.id, tasks.FAILED)

    def told(self, tx: Connection, station: str, results: Sequence[Payload]) -> None:
        """Store the values of a GetVariablesResponse (B06.FR.01)."""
        for one in results:
            if one["attributeStatus"] == GetVariableStatusEnumType.accepted:
                attribute = one.get("attributeType", device_model.ACTUAL)
                device_model.store(tx, station, one, one.get("attributeValue"), attribute=attribute)

    def taken(self, tx: Connection, station: str, asked: Sequence[Payload], results: Sequence[Payload]) -> None:
        """Store the values that a SetVariablesResponse says the station has taken (B05.FR.10)."""
        taken = {self.key(one) for one in results if one["attributeStatus"] in _TAKEN}
        for one in asked:
            if self.key(one) in taken:
                attribute = one.get("attributeType", device_model.ACTUAL)
                device_model.store(tx, station, one, one["attributeValue"], attribute=attribute)

    def key(self, one: Payload) -> str:
        """Return what tells the attribute that an item is about."""
        return device_model.key(one, one.get("attributeType", device_model.ACTUAL))
