"""Mutants of availability, and of what connectors report (OCPP 2.0.1 G)."""

from __future__ import annotations

from ocpp.exceptions import InternalError, PropertyConstraintViolationError

from server.mutants.rows import Row, alters, drop, put, refuses, turn
from server.mutants.v201 import request, response

alters(request("ChangeAvailability"),
    Row("operational-status-swapped", "Operative and Inoperative are taken for each other.",
        turn(operationalStatus=lambda status: "Inoperative" if status == "Operative" else "Operative")),
    Row("availability-evse-lost", "A change for one EVSE is sent as one for the whole station.", drop("evse")),
    Row("availability-connector-lost", "A change for one connector is sent as one for its EVSE.",
        turn(evse=drop("connectorId"))),
)  # fmt: skip
refuses(request("StatusNotification"),
    Row("connector-status-refused", "A StatusNotification for EVSE 2 is answered InternalError.",
        InternalError("no such EVSE"), when=lambda payload: payload["evseId"] == 2),
    Row("unavailable-report-refused", "A connector may not report itself unavailable.",
        PropertyConstraintViolationError("connectorStatus"),
        when=lambda payload: payload["connectorStatus"] == "Unavailable"),
)  # fmt: skip
refuses(request("NotifyEvent"),
    Row("connector-event-refused", "An event that nobody has set a monitor for is answered InternalError.",
        InternalError("no monitor"),
        when=lambda payload: payload["eventData"][0]["eventNotificationType"] == "HardWiredNotification"),
)  # fmt: skip
alters(response("NotifyEvent"),
    Row("event-answer-filled", "NotifyEventResponse has a member that is not defined.", put(status="Accepted")),
)  # fmt: skip
