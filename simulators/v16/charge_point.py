"""A charge point that speaks OCPP 1.6: its verbs, and its answers to a central system."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.ocppj import Call, CallError, Payload
from harness.verdict import Inconclusive
from harness.versions import V16, Version
from simulators.observation import Answer
from simulators.station import Station
from simulators.v16 import messages
from simulators.v16.answers import tag_status
from simulators.v16.configuration import AUTHORIZATION_KEY, Configuration


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction that the central system has confirmed; ``meter_start`` in Wh."""

    id: int
    id_tag: str
    connector: int
    meter_start: int


class ChargePoint(Station):
    """A charge point with connectors 1 and 2, a meter, configuration keys, and the verbs of OCPP 1.6."""

    version: ClassVar[Version] = V16
    connectors: ClassVar[tuple[int, ...]] = (1, 2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.configuration = Configuration()
        self.identity = messages.boot_notification()
        self.list_version = 0
        self._statuses = dict.fromkeys((0, *self.connectors), "Available")
        self._meter = itertools.count(1000, 100)

    # Verbs

    def belong(self, organisation: str, security_profile: int) -> None:
        """Take over whose station it is and how it connects (security white paper 5)."""
        self.configuration.writable |= {"CpoName": organisation, "SecurityProfile": str(security_profile)}

    def core_calls(self, id_tag: str) -> Sequence[tuple[str, Payload]]:
        """Return one CALL of each kind of the Core profile, as action and payload, BootNotification first."""
        return messages.core_calls(id_tag)

    async def announce(self) -> None:
        """Report every connector as available, as is due after an accepted boot (OCPP 1.6 4.9)."""
        for connector in self._statuses:
            await self.status(connector, "Available")

    async def status(self, connector: int, status: str, error_code: str = "NoError", **members: Any) -> Answer:
        """Send StatusNotification with the present time (OCPP 1.6 4.9); a member that is None is left out."""
        self._statuses[connector] = status
        payload = messages.status_notification(connector, status, error_code, **members)
        return await self.call("StatusNotification", payload)

    async def authorize(self, id_tag: str) -> Answer:
        """Send Authorize (OCPP 1.6 4.1)."""
        return await self.call("Authorize", messages.authorize(id_tag))

    async def token_status(self, token: str) -> object:
        """Send Authorize, and return the status of the idTag."""
        return tag_status(await self.authorize(token))

    async def start_transaction(self, id_tag: str, connector: int = 1, **members: Any) -> Answer:
        """Send StartTransaction with the present time and meter (OCPP 1.6 4.8)."""
        payload = messages.start_transaction(id_tag, connector, next(self._meter), **members)
        return await self.call("StartTransaction", payload)

    async def stop_transaction(self, transaction: int, **members: Any) -> Answer:
        """Send StopTransaction with the present time and meter (OCPP 1.6 4.10)."""
        payload = messages.stop_transaction(transaction, next(self._meter), **members)
        return await self.call("StopTransaction", payload)

    async def meter_values(self, *values: Payload, connector: int = 1, transaction: int | None = None) -> Answer:
        """Send MeterValues; without values, one register reading of the present (OCPP 1.6 4.7)."""
        readings = values or (messages.meter_value(messages.sampled(next(self._meter))),)
        payload = messages.meter_values(*readings, connector=connector, transaction=transaction)
        return await self.call("MeterValues", payload)

    async def data_transfer(self, vendor_id: str, **members: Any) -> Answer:
        """Send DataTransfer (OCPP 1.6 4.3)."""
        return await self.call("DataTransfer", messages.data_transfer(vendor_id, **members))

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
        if call.action in self.version.schemas.actions:
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


def _precondition(answer: Answer, otherwise: str) -> None:
    if tag_status(answer) != "Accepted":
        raise Inconclusive(f"{otherwise}: {answer}")
