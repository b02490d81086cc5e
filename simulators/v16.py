"""A charge point that speaks OCPP 1.6: its verbs, and its answers to a central system."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from harness.ocppj import Call, CallError, Payload
from harness.schemas import schemas
from harness.verdict import Inconclusive, Nonconformity
from simulators.station import Answer, Observation, Station

_READ_ONLY = {
    "AdditionalRootCertificateCheck": "false",
    "CertificateSignedMaxChainSize": "10000",
    "CertificateStoreMaxLength": "10",
    "ChargeProfileMaxStackLevel": "10",
    "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
    "ChargingScheduleMaxPeriods": "24",
    "ConnectorPhaseRotationMaxLength": "3",
    "ConnectorSwitch3to1PhaseSupported": "false",
    "GetConfigurationMaxKeys": "100",
    "LocalAuthListMaxLength": "10000",
    "MaxChargingProfilesInstalled": "10",
    "MeterValuesAlignedDataMaxLength": "10",
    "MeterValuesSampledDataMaxLength": "10",
    "NumberOfConnectors": "2",
    "ReserveConnectorZeroSupported": "true",
    "SendLocalListMaxLength": "10000",
    "StopTxnAlignedDataMaxLength": "10",
    "StopTxnSampledDataMaxLength": "10",
    "SupportedFeatureProfiles": ",".join(
        ("Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger")
    ),
    "SupportedFeatureProfilesMaxLength": "6",
    "SupportedFileTransferProtocols": "FTP,FTPS,HTTP,HTTPS,SFTP",
}
_WRITABLE = {
    "AllowOfflineTxForUnknownId": "false",
    "AuthorizationCacheEnabled": "true",
    "AuthorizeRemoteTxRequests": "true",
    "BlinkRepeat": "3",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "60",
    "ConnectorPhaseRotation": "0.Unknown,1.Unknown,2.Unknown",
    "CpoName": "plugfest",
    "HeartbeatInterval": "300",
    "LightIntensity": "50",
    "LocalAuthListEnabled": "true",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MaxEnergyOnInvalidId": "0",
    "MeterValueSampleInterval": "60",
    "MeterValuesAlignedData": "Energy.Active.Import.Register",
    "MeterValuesSampledData": "Energy.Active.Import.Register",
    "MinimumStatusDuration": "0",
    "ResetRetries": "1",
    "SecurityProfile": "0",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "StopTxnAlignedData": "",
    "StopTxnSampledData": "",
    "TransactionMessageAttempts": "3",
    "TransactionMessageRetryInterval": "60",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "WebSocketPingInterval": "30",
}
AUTHORIZATION_KEY = "AuthorizationKey"
"""The key that holds the password, 16 to 20 bytes in hexadecimal (security white paper A01.FR.02)."""

_KEY = re.compile("([0-9A-Fa-f]{2}){16,20}")


@dataclass(slots=True)
class Configuration:
    """The configuration keys of a charge point (OCPP 1.6 9, security white paper 5).

    The password is among them, but can only be written.
    """

    read_only: dict[str, str] = field(default_factory=lambda: dict(_READ_ONLY))
    writable: dict[str, str] = field(default_factory=lambda: dict(_WRITABLE))

    def get(self, keys: list[str]) -> Payload:
        """Return the GetConfiguration.conf for these keys, or for all when there are none (OCPP 1.6 5.8)."""
        known = {**self.read_only, **self.writable}
        named = [*known, AUTHORIZATION_KEY]
        found = [key for key in keys if key in named] if keys else sorted(named)
        return {
            "configurationKey": [
                _given({"key": key, "readonly": key in self.read_only, "value": known.get(key)}) for key in found
            ],
            "unknownKey": [key for key in keys if key not in named],
        }

    def change(self, key: str, value: str) -> str:
        """Set a key and return the ChangeConfiguration.conf status (OCPP 1.6 5.3).

        The security profile stays, for a station that took another one would have to connect in another way.
        """
        if key == AUTHORIZATION_KEY:
            return "Accepted" if _KEY.fullmatch(value) else "Rejected"
        if key in self.read_only or (key == "SecurityProfile" and value != self.writable[key]):
            return "Rejected"
        if key not in self.writable:
            return "NotSupported"
        self.writable[key] = value
        return "Accepted"


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction that the central system has confirmed; ``meter_start`` in Wh."""

    id: int
    id_tag: str
    connector: int
    meter_start: int


def now() -> str:
    """Return the present time as a station writes it: UTC with milliseconds."""
    return timestamp(datetime.now(UTC))


def later(**delta: float) -> str:
    """Return a moment that lies ahead as a station writes it; ``delta`` are the arguments of a timedelta."""
    return timestamp(datetime.now(UTC) + timedelta(**delta))


def timestamp(moment: datetime) -> str:
    """Return a moment as a station writes it: UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sampled(value: object, **members: str) -> Payload:
    """Return one sampled value; ``members`` in wire spelling."""
    return {"value": str(value), **members}


def meter_value(*values: Payload, at: str | None = None) -> Payload:
    """Return one meter value of several sampled values."""
    return {"timestamp": at or now(), "sampledValue": list(values)}


def tag_info(answer: Answer) -> Payload:
    """Return the idTagInfo of an answer, empty where it has none."""
    info = answer.payload.get("idTagInfo")
    return info if isinstance(info, dict) else {}


def tag_status(answer: Answer) -> object:
    """Return the status in the idTagInfo of an answer, None where it has none."""
    return tag_info(answer).get("status")


def transaction_id(answer: Answer) -> int:
    """Return the transactionId of a StartTransaction.conf, which is owed; raises Nonconformity."""
    id = answer.payload.get("transactionId")
    if type(id) is int:
        return id
    expected, evidence = "an integer transactionId", answer.entry.index
    raise Nonconformity(expected, str(answer), clause="OCPP 1.6 6.46", evidence=evidence)


class ChargePoint(Station):
    """A charge point with connectors 1 and 2, a meter, configuration keys, and the verbs of OCPP 1.6."""

    version: ClassVar[str] = "1.6"
    subprotocol: ClassVar[str] = "ocpp1.6"
    connectors: ClassVar[tuple[int, ...]] = (1, 2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.configuration = Configuration()
        self.list_version = 0
        self.identity = {"chargePointVendor": "plugfest", "chargePointModel": "simulated"}
        self._statuses = dict.fromkeys((0, *self.connectors), "Available")
        self._meter = itertools.count(1000, 100)

    # Verbs

    async def probe(self, *, patience: float | None = None) -> Observation:
        """Ask for a sign of life on this connection: a Heartbeat and what comes back for it."""
        return await self.attempt("Heartbeat", patience=patience)

    async def boot(self, *, announce: bool = True, **members: Any) -> Answer:
        """Connect if need be, send BootNotification, and once accepted announce the statuses (OCPP 1.6 4.2, 4.9)."""
        if not self.connected:
            await self.connect()
        answer = await self.call("BootNotification", {**self.identity, **members})
        if announce and answer.payload.get("status") == "Accepted":
            for connector in self._statuses:
                await self.status(connector, "Available")
            self.trace.regard(answer.entry)
        return answer

    async def ready(self, *, announce: bool = True, **members: Any) -> Answer:
        """Connect and boot as a precondition; raises Inconclusive unless the station is accepted."""
        answer = await self.boot(announce=announce, **members)
        if answer.payload.get("status") != "Accepted":
            raise Inconclusive(f"{self.id} was not accepted: {answer}")
        return answer

    async def reboot(self) -> None:
        """Lose the connection as a rebooting station does, and connect again without booting yet."""
        await self.drop()
        await self.connect()

    async def heartbeat(self) -> Answer:
        """Send Heartbeat (OCPP 1.6 4.6)."""
        return await self.call("Heartbeat")

    async def status(self, connector: int, status: str, error_code: str = "NoError", **members: Any) -> Answer:
        """Send StatusNotification with the present time (OCPP 1.6 4.9); a member that is None is left out."""
        self._statuses[connector] = status
        members = {"timestamp": now(), **members}
        basic = {"connectorId": connector, "errorCode": error_code, "status": status}
        return await self.call("StatusNotification", _given({**basic, **members}))

    async def authorize(self, id_tag: str) -> Answer:
        """Send Authorize (OCPP 1.6 4.1)."""
        return await self.call("Authorize", {"idTag": id_tag})

    async def start_transaction(self, id_tag: str, connector: int = 1, **members: Any) -> Answer:
        """Send StartTransaction with the present time and meter (OCPP 1.6 4.8)."""
        basic = {"connectorId": connector, "idTag": id_tag, "meterStart": next(self._meter), "timestamp": now()}
        return await self.call("StartTransaction", _given({**basic, **members}))

    async def stop_transaction(self, transaction: int, **members: Any) -> Answer:
        """Send StopTransaction with the present time and meter (OCPP 1.6 4.10)."""
        basic = {"transactionId": transaction, "meterStop": next(self._meter), "timestamp": now()}
        return await self.call("StopTransaction", _given({**basic, **members}))

    async def meter_values(self, *values: Payload, connector: int = 1, transaction: int | None = None) -> Answer:
        """Send MeterValues; without values, one register reading of the present (OCPP 1.6 4.7)."""
        readings = list(values) or [meter_value(sampled(next(self._meter)))]
        payload = {"connectorId": connector, "transactionId": transaction, "meterValue": readings}
        return await self.call("MeterValues", _given(payload))

    async def data_transfer(self, vendor_id: str, **members: Any) -> Answer:
        """Send DataTransfer (OCPP 1.6 4.3)."""
        return await self.call("DataTransfer", {"vendorId": vendor_id, **members})

    async def diagnostics_status(self, status: str) -> Answer:
        """Send DiagnosticsStatusNotification (OCPP 1.6 4.4)."""
        return await self.call("DiagnosticsStatusNotification", {"status": status})

    async def firmware_status(self, status: str) -> Answer:
        """Send FirmwareStatusNotification (OCPP 1.6 4.5)."""
        return await self.call("FirmwareStatusNotification", {"status": status})

    async def charging(self, id_tag: str, connector: int = 1, **members: Any) -> Transaction:
        """Bring a connector into a transaction as a precondition: authorized, plugged in, started, charging.

        Raises Inconclusive where the central system does not accept the tag.
        """
        if not self.connected:
            await self.ready()
        _precondition(await self.authorize(id_tag), f"{id_tag} was not authorized")
        await self.status(connector, "Preparing")
        start = int(members.pop("meterStart", next(self._meter)))
        answer = await self.start_transaction(id_tag, connector, meterStart=start, **members)
        _precondition(answer, f"a transaction of {id_tag} was not accepted")
        await self.status(connector, "Charging")
        transaction = answer.payload.get("transactionId")
        if not isinstance(transaction, int):
            raise Inconclusive(f"no transactionId in {answer}")
        return Transaction(transaction, id_tag, connector, start)

    # Answers

    async def respond(self, call: Call) -> Payload | CallError:
        """Return the answer that a correct charge point gives to a CALL that no scenario has taken over."""
        reaction = _REACTIONS.get(call.action)
        if reaction is not None:
            return reaction(self, call.payload)
        if call.action in schemas(self.version).actions:
            return CallError(call.unique_id, "NotSupported", f"{call.action} is not supported by this charge point")
        return CallError(call.unique_id, "NotImplemented", f"{call.action} is not known to this charge point")

    def trigger(self, payload: Payload, *, firmware: str = "FirmwareStatusNotification") -> Payload:
        """Answer a TriggerMessage and send what it asks for (OCPP 1.6 5.17).

        ``firmware`` is the message that reports on firmware, another one where ExtendedTriggerMessage asks for it.
        """
        connector = payload.get("connectorId")
        connectors = tuple(self._statuses) if connector is None else (int(connector),)
        if not set(connectors) <= set(self._statuses):
            return {"status": "Rejected"}
        match payload.get("requestedMessage"):
            case "BootNotification":
                self._spawn(self.call("BootNotification", self.identity))
            case "Heartbeat":
                self._spawn(self.heartbeat())
            case "StatusNotification":
                for one in connectors:
                    self._spawn(self.status(one, self._statuses[one]))
            case "MeterValues":
                self._spawn(self.meter_values(connector=connectors[-1]))
            case "DiagnosticsStatusNotification" | "LogStatusNotification" as message:
                self._spawn(self.call(message, {"status": "Idle"}))
            case "FirmwareStatusNotification":
                self._spawn(self.call(firmware, {"status": "Idle"}))
            case _:
                return {"status": "NotImplemented"}
        return {"status": "Accepted"}

    def take_list(self, payload: Payload) -> Payload:
        """Answer a SendLocalList, whose version is from now on that of the list (OCPP 1.6 5.15)."""
        version = int(payload.get("listVersion", 0))
        if payload.get("updateType") == "Differential" and version <= self.list_version:
            return {"status": "VersionMismatch"}
        self.list_version = version
        return {"status": "Accepted"}

    def change_configuration(self, payload: Payload) -> Payload:
        """Answer a ChangeConfiguration; a new password is used from the next connection on (OCPP 1.6 5.3)."""
        key, value = str(payload.get("key")), str(payload.get("value"))
        status = self.configuration.change(key, value)
        if key == AUTHORIZATION_KEY and status == "Accepted":
            self.password = bytes.fromhex(value)
        return {"status": status}

    def change_availability(self, payload: Payload) -> Payload:
        """Answer a ChangeAvailability and report the new status (OCPP 1.6 5.2)."""
        connector = int(payload.get("connectorId", 0))
        if connector not in self._statuses:
            return {"status": "Rejected"}
        status = "Available" if payload.get("type") == "Operative" else "Unavailable"
        self._spawn(self.status(connector, status))
        return {"status": "Accepted"}


Reaction = Callable[[ChargePoint, Payload], Payload]


def _always(**members: Any) -> Reaction:
    return lambda station, payload: dict(members)


_REACTIONS: Mapping[str, Reaction] = {
    "CancelReservation": _always(status="Rejected"),
    "CertificateSigned": _always(status="Rejected"),
    "ChangeAvailability": ChargePoint.change_availability,
    "ChangeConfiguration": ChargePoint.change_configuration,
    "ClearCache": _always(status="Accepted"),
    "ClearChargingProfile": _always(status="Unknown"),
    "DataTransfer": _always(status="UnknownVendorId"),
    "DeleteCertificate": _always(status="NotFound"),
    "ExtendedTriggerMessage": lambda station, payload: station.trigger(
        payload, firmware="SignedFirmwareStatusNotification"
    ),
    "GetCompositeSchedule": _always(status="Rejected"),
    "GetConfiguration": lambda station, payload: station.configuration.get(list(payload.get("key") or ())),
    "GetDiagnostics": _always(),
    "GetInstalledCertificateIds": _always(status="NotFound"),
    "GetLocalListVersion": lambda station, payload: {"listVersion": station.list_version},
    "GetLog": _always(status="Rejected"),
    "InstallCertificate": _always(status="Rejected"),
    "RemoteStartTransaction": _always(status="Rejected"),
    "RemoteStopTransaction": _always(status="Rejected"),
    "ReserveNow": _always(status="Rejected"),
    "Reset": _always(status="Rejected"),
    "SendLocalList": ChargePoint.take_list,
    "SetChargingProfile": _always(status="Rejected"),
    "SignedUpdateFirmware": _always(status="Rejected"),
    "TriggerMessage": ChargePoint.trigger,
    "UnlockConnector": _always(status="NotSupported"),
    "UpdateFirmware": _always(),
}


def _given(members: Mapping[str, Any]) -> Payload:
    return {name: value for name, value in members.items() if value is not None}


def _precondition(answer: Answer, otherwise: str) -> None:
    info = answer.payload.get("idTagInfo")
    if not isinstance(info, dict) or info.get("status") != "Accepted":
        raise Inconclusive(f"{otherwise}: {answer}")
