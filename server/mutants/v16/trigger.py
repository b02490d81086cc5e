"""Mutants that mishandle triggered messages (OCPP 1.6 5.17; security white paper 5.5)."""

from __future__ import annotations

from server.mutants.rows import Row, alters, drop, fill, put, stubs, turn
from server.mutants.v16 import request
from server.v16.trigger import Trigger

# What a station is asked for

alters(request("TriggerMessage"),
    Row("trigger-connector-lost", "TriggerMessage leaves out the connector that the operator chose.",
        drop("connectorId")),
    Row("trigger-connector-invented", "TriggerMessage names connector 1 where the operator chose none.",
        fill(connectorId=1)),
    Row("trigger-zero-shifted", "TriggerMessage names connector 1 in the place of 0.",
        turn(connectorId=lambda number: number or 1)),
    Row("trigger-message-mistaken", "TriggerMessage asks for a heartbeat in the place of meter values or a status.",
        put(requestedMessage="Heartbeat"),
        when=lambda payload: payload["requestedMessage"] in ("MeterValues", "StatusNotification"),
        faults=["thoughtworks/maeve-csms@096bc2e"]),
)  # fmt: skip
alters(request("ExtendedTriggerMessage"),
    Row("extended-trigger-with-connector", "ExtendedTriggerMessage names connector 1 where the operator chose none.",
        fill(connectorId=1)),
    Row("extended-trigger-connector-lost", "ExtendedTriggerMessage leaves out the connector that the operator chose.",
        drop("connectorId")),
    Row("extended-trigger-as-heartbeat", "ExtendedTriggerMessage always asks for a Heartbeat.",
        put(requestedMessage="Heartbeat")),
)  # fmt: skip

# What an operator enters, and what the station may send then


stubs(Trigger, "check_connector",
    Row("trigger-connector-unchecked", "A message is triggered for whatever connector the operator enters.",
        None, remarks=True),
)  # fmt: skip
stubs(Trigger, "sent",
    Row("triggered-message-refused", "A station that is not accepted may not even send what it was asked for.",
        None, faults=["citrineos/citrineos-core#1052"], remarks=True),
)  # fmt: skip
