"""The device model of a charging station: components, their variables, and reports of them (OCPP 2.0.1 B05 to B08)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from harness.ocppj import Payload
from simulators.members import given
from simulators.v201.messages import component, evse, variable


class Mutability(StrEnum):
    """Whether a CSMS may read and write a variable."""

    READ_ONLY = "ReadOnly"
    WRITE_ONLY = "WriteOnly"
    READ_WRITE = "ReadWrite"


@dataclass(frozen=True, slots=True)
class Key:
    """Which variable of which component; ``evse`` and ``connector`` None for one of the whole station."""

    component: str
    variable: str
    instance: str | None = None
    evse: int | None = None
    connector: int | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Key:
        """Return the key that the members component and variable of a payload name."""
        where, what = data["component"], data.get("variable", {"name": ""})
        place = where.get("evse", {})
        return cls(where["name"], what["name"], what.get("instance"), place.get("id"), place.get("connectorId"))

    def within(self, other: Key) -> bool:
        """Return whether another key names this variable, or with its name empty the whole component."""
        here = (self.component, self.evse, self.connector) == (other.component, other.evse, other.connector)
        return here and (not other.variable or (self.variable, self.instance) == (other.variable, other.instance))


@dataclass(frozen=True, slots=True)
class Variable:
    """The Actual attribute of a variable; ``type`` is its data type, ``choices`` its valuesList."""

    value: str
    type: str = "string"
    mutability: Mutability = Mutability.READ_ONLY
    unit: str | None = None
    choices: str | None = None


_STATES = "Available,Occupied,Reserved,Unavailable,Faulted"
_RO, _RW, _WO = Mutability.READ_ONLY, Mutability.READ_WRITE, Mutability.WRITE_ONLY
PASSWORD = Key("SecurityCtrlr", "BasicAuthPassword")
"""The variable of the password, 16 to 40 characters, which can only be written (A01.FR.02)."""


def _seconds(value: int) -> Variable:
    return Variable(str(value), "integer", _RW, "s")


def _switch(on: bool) -> Variable:
    return Variable("true" if on else "false", "boolean", _RW)


def _measurands() -> Variable:
    energy = "Energy.Active.Import.Register"
    return Variable(energy, "MemberList", _RW, choices=f"{energy},Voltage")


def _point() -> Variable:
    choices = "ParkingBayOccupancy,EVConnected,Authorized,PowerPathClosed"
    return Variable("PowerPathClosed", "MemberList", _RW, choices=choices)


_OF_THE_STATION: Mapping[Key, Variable] = {
    Key("AlignedDataCtrlr", "Interval"): _seconds(0),
    Key("AlignedDataCtrlr", "Measurands"): _measurands(),
    Key("AlignedDataCtrlr", "TxEndedInterval"): _seconds(0),
    Key("AlignedDataCtrlr", "TxEndedMeasurands"): _measurands(),
    Key("AuthCacheCtrlr", "Enabled"): _switch(True),
    Key("AuthCtrlr", "AuthorizeRemoteStart"): _switch(True),
    Key("AuthCtrlr", "Enabled"): _switch(True),
    Key("AuthCtrlr", "LocalAuthorizeOffline"): _switch(True),
    Key("AuthCtrlr", "LocalPreAuthorize"): _switch(False),
    Key("AuthCtrlr", "MasterPassGroupId"): Variable("", "string", _RW),
    Key("ChargingStation", "AvailabilityState"): Variable("Available", "OptionList", choices=_STATES),
    Key("ChargingStation", "Available"): Variable("true", "boolean"),
    Key("ChargingStation", "Problem"): Variable("false", "boolean"),
    Key("ChargingStation", "SupplyPhases"): Variable("3", "integer"),
    Key("ClockCtrlr", "DateTime"): Variable("2026-01-02T03:04:05.678Z", "dateTime"),
    Key("ClockCtrlr", "TimeSource"): Variable("Heartbeat", "SequenceList", _RW, choices="Heartbeat,NTP"),
    Key("DeviceDataCtrlr", "BytesPerMessage", "GetReport"): Variable("65536", "integer"),
    Key("DeviceDataCtrlr", "BytesPerMessage", "GetVariables"): Variable("65536", "integer"),
    Key("DeviceDataCtrlr", "BytesPerMessage", "SetVariables"): Variable("65536", "integer"),
    Key("DeviceDataCtrlr", "ItemsPerMessage", "GetReport"): Variable("20", "integer"),
    Key("DeviceDataCtrlr", "ItemsPerMessage", "GetVariables"): Variable("20", "integer"),
    Key("DeviceDataCtrlr", "ItemsPerMessage", "SetVariables"): Variable("20", "integer"),
    Key("OCPPCommCtrlr", "FileTransferProtocols"): Variable(
        "HTTPS,HTTP", "MemberList", choices="FTP,FTPS,HTTP,HTTPS,SFTP"
    ),
    Key("OCPPCommCtrlr", "HeartbeatInterval"): _seconds(300),
    Key("OCPPCommCtrlr", "MessageAttemptInterval", "TransactionEvent"): _seconds(60),
    Key("OCPPCommCtrlr", "MessageAttempts", "TransactionEvent"): Variable("3", "integer", _RW),
    Key("OCPPCommCtrlr", "MessageTimeout", "Default"): _seconds(30),
    Key("OCPPCommCtrlr", "NetworkConfigurationPriority"): Variable("1", "SequenceList", _RW, choices="1,2,3"),
    Key("OCPPCommCtrlr", "NetworkProfileConnectionAttempts"): Variable("3", "integer", _RW),
    Key("OCPPCommCtrlr", "OfflineThreshold"): _seconds(60),
    Key("OCPPCommCtrlr", "ResetRetries"): Variable("1", "integer", _RW),
    Key("OCPPCommCtrlr", "UnlockOnEVSideDisconnect"): _switch(True),
    Key("OCPPCommCtrlr", "WebSocketPingInterval"): _seconds(30),
    Key("SampledDataCtrlr", "TxEndedInterval"): _seconds(0),
    Key("SampledDataCtrlr", "TxEndedMeasurands"): _measurands(),
    Key("SampledDataCtrlr", "TxStartedMeasurands"): _measurands(),
    Key("SampledDataCtrlr", "TxUpdatedInterval"): _seconds(60),
    Key("SampledDataCtrlr", "TxUpdatedMeasurands"): _measurands(),
    PASSWORD: Variable("", "string", _WO),
    Key("SecurityCtrlr", "CertificateEntries"): Variable("0", "integer"),
    Key("SecurityCtrlr", "Identity"): Variable("plugfest", "string"),
    Key("SecurityCtrlr", "OrganizationName"): Variable("plugfest", "string", _RW),
    Key("SecurityCtrlr", "SecurityProfile"): Variable("0", "integer"),
    Key("TxCtrlr", "EVConnectionTimeOut"): _seconds(60),
    Key("TxCtrlr", "StopTxOnEVSideDisconnect"): _switch(True),
    Key("TxCtrlr", "StopTxOnInvalidId"): _switch(True),
    Key("TxCtrlr", "TxStartPoint"): _point(),
    Key("TxCtrlr", "TxStopPoint"): _point(),
}


def _of_an_evse(id: int) -> Iterator[tuple[Key, Variable]]:
    for key in (Key("EVSE", "", evse=id), Key("Connector", "", evse=id, connector=1)):
        yield replace(key, variable="AvailabilityState"), Variable("Available", "OptionList", choices=_STATES)
        yield replace(key, variable="Available"), Variable("true", "boolean")
        yield replace(key, variable="Problem"), Variable("false", "boolean")
        yield replace(key, variable="SupplyPhases"), Variable("3", "integer")
    yield Key("EVSE", "Power", evse=id), Variable("0", "decimal", unit="W")
    yield Key("Connector", "ConnectorType", evse=id, connector=1), Variable("cType2", "string")


def _all() -> dict[Key, Variable]:
    return {**_OF_THE_STATION, **dict(_of_an_evse(1)), **dict(_of_an_evse(2))}


_SUMMARY = frozenset({"AvailabilityState", "Available", "Problem"})
"""The variables of a summary (B07): whether the station and its parts can be used."""


@dataclass(slots=True)
class DeviceModel:
    """The variables of one charging station, by their key."""

    variables: dict[Key, Variable] = field(default_factory=_all)

    def get(self, asked: Mapping[str, Any]) -> Payload:
        """Return the result for one element of a GetVariablesRequest (B06)."""
        key = Key.of(asked)
        problem = self._problem(key, asked)
        found = None if problem else self.variables[key]
        if found is not None and found.mutability is Mutability.WRITE_ONLY:
            problem, found = "Rejected", None
        value = found.value if found is not None else None
        return given({**asked, "attributeStatus": problem or "Accepted", "attributeValue": value})

    def set(self, asked: Mapping[str, Any]) -> Payload:
        """Set what one element of a SetVariablesRequest says, and return its result (B05)."""
        key, value = Key.of(asked), str(asked["attributeValue"])
        status = self._problem(key, asked)
        if status is None:
            one = self.variables[key]
            status = "Accepted" if one.mutability is not Mutability.READ_ONLY and _fits(key, one, value) else "Rejected"
            if status == "Accepted":
                self.tell(key, value)
        rest = {name: member for name, member in asked.items() if name != "attributeValue"}
        return {**rest, "attributeStatus": status}

    def tell(self, key: Key, value: str) -> None:
        """Take over a value that the station itself gives to one of its variables."""
        self.variables[key] = replace(self.variables[key], value=value)

    def base_report(self, kind: str) -> list[Payload]:
        """Return the reportData of a base report: FullInventory, ConfigurationInventory or SummaryInventory (B07)."""
        match kind:
            case "ConfigurationInventory":
                return self._report(key for key, one in self.variables.items() if one.mutability is not _RO)
            case "SummaryInventory":
                return self._report(key for key in self.variables if key.variable in _SUMMARY)
        return self._report(self.variables)

    def custom_report(self, asked: Sequence[Mapping[str, Any]], criteria: Sequence[str]) -> list[Payload]:
        """Return the reportData for the componentVariables and criteria of a GetReportRequest (B08)."""
        named = [Key.of(one) for one in asked]
        return self._report(
            key
            for key in self.variables
            if (not named or any(key.within(one) for one in named)) and (not criteria or self._meets(key, criteria))
        )

    def _meets(self, key: Key, criteria: Sequence[str]) -> bool:
        """Return whether one of the criteria holds for the component; one without such a variable is taken as enabled.

        A component without the variable Problem has none.
        """
        found = ((name, self.variables.get(replace(key, variable=name, instance=None))) for name in criteria)
        return any(one.value == "true" if one is not None else name != "Problem" for name, one in found)

    def _problem(self, key: Key, asked: Mapping[str, Any]) -> str | None:
        if key not in self.variables:
            known = any(key.component == one.component for one in self.variables)
            return "UnknownVariable" if known else "UnknownComponent"
        return None if asked.get("attributeType", "Actual") == "Actual" else "NotSupportedAttributeType"

    def _report(self, keys: Iterable[Key]) -> list[Payload]:
        return [_reported(key, self.variables[key]) for key in keys]


def _fits(key: Key, one: Variable, value: str) -> bool:
    if key == PASSWORD:
        return 16 <= len(value) <= 40
    match one.type:
        case "integer":
            return value.isdecimal()
        case "boolean":
            return value in ("true", "false")
        case "MemberList" | "SequenceList" if one.choices is not None:
            return set(value.split(",")) <= set(one.choices.split(","))
    return True


def _reported(key: Key, one: Variable) -> Payload:
    """Return one ReportDataType; a variable that can only be written has no value in it."""
    place = None if key.evse is None else evse(key.evse, key.connector)
    readable = one.mutability is not Mutability.WRITE_ONLY
    attribute = given({"value": one.value if readable else None, "mutability": one.mutability.value})
    traits = {"dataType": one.type, "supportsMonitoring": False, "unit": one.unit, "valuesList": one.choices}
    return {
        "component": component(key.component, evse=place),
        "variable": variable(key.variable, instance=key.instance),
        "variableAttribute": [attribute],
        "variableCharacteristics": given(traits),
    }
