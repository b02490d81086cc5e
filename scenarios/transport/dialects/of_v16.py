"""OCPP 1.6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.csms import ConnectorReader, Operation, v16
from harness.csms.console import Csms, shown
from harness.ocppj import Payload
from scenarios.transport.dialects.dialect import Dialect, Said
from simulators.observation import Answer
from simulators.v16 import ChargePoint, Transaction, meter_value, now, sampled

STATUS: Payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


class OfV16(Dialect):
    """What a charge point says and is told in OCPP 1.6."""

    resets = ("Soft", "Hard")
    foreign = (("Reset", {"type": "Hard"}), ("ClearCache", {}))
    invalid = (
        ("NoSuchAction", {}),
        ("Authorize", {}),
        ("StatusNotification", {**STATUS, "connectorId": "1"}),
        ("StatusNotification", {**STATUS, "status": "Foo"}),
        ("Authorize", []),
        ("Reset", {"type": "Hard"}),
    )

    def __init__(self, station: ChargePoint) -> None:
        self._station = station

    def clear_cache(self) -> Operation:
        return v16.ClearCache(station=self._station.id)

    def read(self) -> Operation:
        return v16.GetConfiguration(station=self._station.id, key=("HeartbeatInterval",))

    def write(self) -> Operation:
        return v16.ChangeConfiguration(station=self._station.id, key="HeartbeatInterval", value="300")

    def reset(self, type: str | None = None) -> Operation:
        return v16.Reset(station=self._station.id, type=type or self.resets[0])

    def status(self) -> Said:
        return "StatusNotification", STATUS

    def authorize(self, id_tag: str) -> Said:
        return "Authorize", {"idTag": id_tag}

    def start(self, id_tag: str) -> Said:
        return "StartTransaction", {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": now()}

    def meter_values(self, number: int) -> Said:
        values = [meter_value(sampled(one)) for one in range(number)]
        return "MeterValues", {"connectorId": 1, "meterValue": values}

    def least_boot(self) -> Payload:
        return {"chargePointVendor": "plug/fest", "chargePointModel": "simulated"}

    def firmware(self, version: str) -> Mapping[str, Any]:
        return {"firmwareVersion": version}

    async def charge(self, id_tag: str) -> Transaction:
        return await self._station.charging(id_tag)

    async def stop(self, transaction: Transaction) -> Answer:
        return await self._station.stop_transaction(transaction.id)

    def long_end(self, transaction: Transaction) -> Said:
        values = [meter_value(*(sampled(one) for one in range(1000, 1100))) for _ in range(40)]
        stop = {"transactionId": transaction.id, "meterStop": 2000, "timestamp": values[-1]["timestamp"]}
        return "StopTransaction", {**stop, "transactionData": values}

    def told(self, text: str) -> Said:
        return "StatusNotification", {**STATUS, "info": text}

    async def shown(self, csms: Csms) -> str:
        seen = await csms.ask(ConnectorReader).connector(self._station.id, 1)
        return shown(seen.info, "the info of a connector")

    def incomplete(self) -> Sequence[Said]:
        return (
            ("BootNotification", {"chargePointVendor": "plugfest"}),
            ("Authorize", {}),
            ("MeterValues", {"connectorId": 1}),
            ("MeterValues", _readings(context="Sample.Periodic")),
            ("MeterValues", {"connectorId": 1, "meterValue": [{"sampledValue": [sampled(1)]}]}),
        )

    def mistyped(self) -> Sequence[Said]:
        return (
            ("Authorize", {"idTag": 12}),
            ("StatusNotification", {**STATUS, "vendorId": 5}),
            ("StatusNotification", {**STATUS, "connectorId": "1"}),
            ("MeterValues", {"connectorId": 1, "meterValue": {}}),
            ("MeterValues", _readings(value=True)),
        )

    def misspelt(self) -> Sequence[Said]:
        return (
            ("StatusNotification", {**STATUS, "status": "Foo"}),
            ("StatusNotification", {**STATUS, "status": "available"}),
            ("StatusNotification", {**STATUS, "errorCode": "noerror"}),
            ("MeterValues", _readings(value="1", measurand="Foo")),
        )

    def longest(self, id_tag: str) -> Sequence[Said]:
        return (
            ("Authorize", {"idTag": id_tag.ljust(20, "0")}),
            ("StatusNotification", {**STATUS, "info": "x" * 50}),
            ("StatusNotification", {**STATUS, "vendorId": "x" * 255, "vendorErrorCode": "x" * 50}),
        )

    def overlong(self) -> Sequence[Said]:
        return (
            ("Authorize", {"idTag": "x" * 21}),
            ("StatusNotification", {**STATUS, "info": "x" * 51}),
            ("StatusNotification", {**STATUS, "vendorId": "x" * 256}),
        )

    def extended(self) -> Sequence[Said]:
        return (
            ("Heartbeat", {"extra": 1}),
            ("StatusNotification", {**STATUS, "extra": None}),
            ("MeterValues", {"connectorId": 1, "meterValue": [{**meter_value(sampled(1)), "extra": "x"}]}),
            ("MeterValues", _readings(value="1", extra={})),
        )

    def timed(self, timestamp: object) -> Said:
        return "StatusNotification", {**STATUS, "timestamp": timestamp}

    def harmful(self) -> Sequence[Said]:
        broken = ({"info": "x" * 50_000}, {"status": None}, {"connectorId": {"id": 1}}, {"errorCode": ["NoError"]})
        return tuple(("StatusNotification", STATUS | members) for members in broken)


def _readings(**members: Any) -> Payload:
    return {"connectorId": 1, "meterValue": [{"timestamp": now(), "sampledValue": [members]}]}
