"""OCPP 2.0.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.csms import Operation, StationReader, v201
from harness.csms.console import Csms, shown
from harness.ocppj import Payload
from scenarios.transport.dialects.dialect import Dialect, Said
from simulators.observation import Answer
from simulators.v201 import (
    ChargingStation,
    Transaction,
    component,
    id_token,
    messages,
    meter_value,
    now,
    sampled,
    variable,
)

INTERVAL = {"component": component("OCPPCommCtrlr"), "variable": variable("HeartbeatInterval")}


class OfV201(Dialect):
    """What a charging station says and is told in OCPP 2.0.1."""

    resets = ("OnIdle", "Immediate")
    foreign = (("Reset", {"type": "Immediate"}), ("ClearCache", {}))
    invalid = (
        ("NoSuchAction", {}),
        ("Authorize", {}),
        ("StatusNotification", messages.status_notification(1, 1, "Available") | {"evseId": "1"}),
        ("StatusNotification", messages.status_notification(1, 1, "Foo")),
        ("Authorize", []),
        ("Reset", {"type": "Immediate"}),
    )

    def __init__(self, station: ChargingStation) -> None:
        self._station = station

    def clear_cache(self) -> Operation:
        return v201.ClearCache(station=self._station.id)

    def read(self) -> Operation:
        return v201.GetVariables(station=self._station.id, get_variable_data=(INTERVAL,))

    def write(self) -> Operation:
        data = {**INTERVAL, "attributeValue": "300"}
        return v201.SetVariables(station=self._station.id, set_variable_data=(data,))

    def reset(self, type: str | None = None) -> Operation:
        return v201.Reset(station=self._station.id, type=type or self.resets[0])

    def status(self) -> Said:
        return _status()

    def authorize(self, id_tag: str) -> Said:
        return "Authorize", messages.authorize(id_token(id_tag))

    def start(self, id_tag: str) -> Said:
        one = self._station.transaction(id_tag)
        return "TransactionEvent", one.event("Started", "Authorized", idToken=one.id_token, evse=messages.evse(1, 1))

    def meter_values(self, number: int) -> Said:
        values = [meter_value(sampled(one)) for one in range(number)]
        return "MeterValues", messages.meter_values(*values, evse=1)

    def least_boot(self) -> Payload:
        return {"reason": "PowerUp", "chargingStation": {"vendorName": "plug/fest", "model": "simulated"}}

    def firmware(self, version: str) -> Mapping[str, Any]:
        return _described(firmwareVersion=version)

    async def charge(self, id_tag: str) -> Transaction:
        return await self._station.charging(id_tag)

    async def stop(self, transaction: Transaction) -> Answer:
        return await transaction.ended()

    def long_end(self, transaction: Transaction) -> Said:
        values = [meter_value(*(sampled(one) for one in range(1000, 1100)))] * 48
        return "TransactionEvent", transaction.event("Ended", "StopAuthorized", meterValue=values)

    def told(self, text: str) -> Said:
        return "BootNotification", messages.boot_notification(**_described(vendorName=text))

    async def shown(self, csms: Csms) -> str:
        seen = await csms.ask(StationReader).station(self._station.id)
        return shown(seen.vendor, "the vendor of a station")

    def incomplete(self) -> Sequence[Said]:
        return (
            ("BootNotification", {"chargingStation": self.least_boot()["chargingStation"]}),
            ("BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "simulated"}}),
            ("Authorize", {}),
            ("MeterValues", {"evseId": 1}),
            ("MeterValues", _readings(context="Sample.Periodic")),
            ("MeterValues", {"evseId": 1, "meterValue": [{"sampledValue": [sampled(1)]}]}),
        )

    def mistyped(self) -> Sequence[Said]:
        return (
            ("Authorize", messages.authorize({"idToken": 12, "type": "ISO14443"})),
            _status(evseId="1"),
            _status(connectorStatus=5),
            ("MeterValues", {"evseId": 1, "meterValue": {}}),
            ("MeterValues", _readings(value="1")),
        )

    def misspelt(self) -> Sequence[Said]:
        return (
            _status(connectorStatus="Foo"),
            _status(connectorStatus="available"),
            ("BootNotification", {**self.least_boot(), "reason": "powerup"}),
            ("MeterValues", _readings(value=1, measurand="Foo")),
        )

    def longest(self, id_tag: str) -> Sequence[Said]:
        return (
            ("Authorize", messages.authorize(id_token(id_tag.ljust(36, "0")))),
            ("BootNotification", messages.boot_notification(**_described(vendorName="x" * 50, model="x" * 20))),
        )

    def overlong(self) -> Sequence[Said]:
        return (
            ("Authorize", messages.authorize(id_token("x" * 37))),
            ("BootNotification", messages.boot_notification(**_described(vendorName="x" * 51))),
            ("DataTransfer", messages.data_transfer("x" * 256)),
        )

    def extended(self) -> Sequence[Said]:
        return (
            ("Heartbeat", {"extra": 1}),
            _status(extra=None),
            ("MeterValues", {"evseId": 1, "meterValue": [{**meter_value(sampled(1)), "extra": "x"}]}),
            ("MeterValues", _readings(value=1, extra={})),
        )

    def timed(self, timestamp: object) -> Said:
        return _status(timestamp=timestamp)

    def harmful(self) -> Sequence[Said]:
        long = messages.boot_notification(**_described(vendorName="x" * 50_000))
        broken = ({"connectorStatus": None}, {"evseId": {"id": 1}}, {"connectorStatus": ["Available"]})
        return ("BootNotification", long), *(_status(**members) for members in broken)


def _status(**members: Any) -> Said:
    """Return a status with other or further members, null ones among them."""
    return "StatusNotification", messages.status_notification(1, 1, "Available") | members


def _described(**members: str) -> Payload:
    """Return the member by which a boot describes its station."""
    return {"chargingStation": {"vendorName": "plugfest", "model": "simulated", **members}}


def _readings(**members: Any) -> Payload:
    return {"evseId": 1, "meterValue": [{"timestamp": now(), "sampledValue": [members]}]}
