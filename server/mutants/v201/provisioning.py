"""Mutants of provisioning: boot, variables, reports, reset, network profiles (OCPP 2.0.1 B)."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import InternalError, PropertyConstraintViolationError
from sqlalchemy import Connection

from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, closes, drop, put, refuses, turn
from server.mutants.v201 import request, response
from server.v201.reports import DeviceModel

_UNKNOWN = PropertyConstraintViolationError("not one that is known here")


def _reset_by(*reasons: str) -> Any:
    return lambda payload: payload["reason"] in reasons


alters(response("BootNotification"),
    Row("cold-boot-pending", "The boot of a station that was switched on is answered Pending.",
        put(status="Pending"), to=_reset_by("PowerUp")),
)  # fmt: skip
refuses(request("BootNotification"),
    Row("boot-reason-refused", "A boot for another reason than power is refused.",
        _UNKNOWN, when=_reset_by("RemoteReset", "Watchdog")),
    Row("scheduled-reset-refused", "A boot after a scheduled reset is refused.",
        _UNKNOWN, when=_reset_by("ScheduledReset")),
)  # fmt: skip
alters(request("GetVariables"),
    Row("variable-asked-twice", "Each variable is asked for twice.", turn(getVariableData=lambda data: data * 2)),
    Row("variable-mistaken", "Another variable of the component is asked for.",
        turn(getVariableData=lambda data: [{**one, "variable": {"name": "RetryBackOffWaitMinimum"}} for one in data])),
    Row("variable-of-the-maximum", "The greatest value that a variable may have is asked for.",
        turn(getVariableData=lambda data: [{**one, "attributeType": "MaxSet"} for one in data])),
)  # fmt: skip
alters(request("SetVariables"),
    Row("variable-value-mangled", "A value is sent with a decimal place.",
        turn(setVariableData=lambda data: [{**one, "attributeValue": f"{one['attributeValue']}.0"} for one in data])),
    Row("variable-set-elsewhere", "A variable is set in a component of another name.",
        turn(setVariableData=lambda data: [{**one, "component": {"name": "ChargingStation"}} for one in data])),
)  # fmt: skip
alters(request("GetBaseReport"),
    Row("report-always-full", "Whatever report is wanted, the full inventory is asked for.",
        put(reportBase="FullInventory")),
)  # fmt: skip
alters(request("GetReport"),
    Row("report-criteria-lost", "The criteria of a report are left out.", drop("componentCriteria")),
    Row("report-variables-lost", "The components and variables of a report are left out.", drop("componentVariable")),
)  # fmt: skip
refuses(request("NotifyReport"),
    Row("report-part-refused", "A part of a report that another one follows is answered InternalError.",
        InternalError("the report could not be stored"), when=lambda payload: payload.get("tbc", False)),
)  # fmt: skip
alters(request("Reset"),
    Row("reset-kind-swapped", "Immediate and OnIdle are taken for each other.",
        turn(type=lambda kind: "OnIdle" if kind == "Immediate" else "Immediate")),
    Row("reset-evse-lost", "A reset of one EVSE is sent as one of the whole station.", drop("evseId")),
)  # fmt: skip
refuses(request("TransactionEvent"),
    Row("reset-command-refused", "The end of a transaction by a reset is answered InternalError.",
        InternalError("no token"), when=lambda payload: payload["triggerReason"] == "ResetCommand"),
)  # fmt: skip
alters(request("SetNetworkProfile"),
    Row("network-slot-shifted", "A network profile is written into the next slot.",
        turn(configurationSlot=lambda slot: slot + 1)),
    Row("network-profile-downgraded", "A network profile is sent with security profile 1.",
        turn(connectionData=put(securityProfile=1))),
)  # fmt: skip
closes(
    Row("failed-profile-closes", "A network profile that could not be set ends the connection.",
        lambda answer: answer.get("status") == "Failed"),
    Row("empty-report-closes", "A report that has nothing in it ends the connection.",
        lambda answer: answer.get("status") == "EmptyResultSet"),
)  # fmt: skip


@mutant("variable-not-shown", "The values that a station answers to GetVariables are not stored.")
class _VariableNotShown(DeviceModel):
    def told(self, tx: Connection, station: str, results: Any) -> None:
        pass


@mutant("rejected-variable-stored", "A value is stored though the station has rejected it.")
class _RejectedVariableStored(DeviceModel):
    def taken(self, tx: Connection, station: str, asked: Any, results: Any) -> None:
        super().taken(tx, station, asked, [{**one, "attributeStatus": "Accepted"} for one in results])


@mutant("report-later-parts-lost", "Only the first part of a report is stored.")
class _ReportLaterPartsLost(DeviceModel):
    def reported(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        return super().reported(tx, station, payload if payload["seqNo"] == 0 else drop("reportData")(payload))
