"""A charge point of OCPP 1.6 that acts by itself, as real firmware does: one only plugs cars in and presents cards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.ocppj import Call, CallError, Payload
from harness.verdict import Inconclusive
from simulators.acting import Acting
from simulators.dialogue import Dialogue
from simulators.moments import now
from simulators.observation import Answer
from simulators.post import Told
from simulators.v16 import messages
from simulators.v16.answers import tag_status
from simulators.v16.charge_point import ChargePoint

FULL_POWER = 11_000.0
"""W that a connector delivers without a limit."""


class Body(ChargePoint):
    """The messages of an acting charge point; what the central system orders is for the one who acts."""

    orders: Mapping[str, Callable[[Payload], Payload]] = {}

    async def respond(self, call: Call) -> Payload | CallError:
        """Return the answer of who acts, or that of any charge point."""
        order = self.orders.get(call.action)
        return order(call.payload) if order else await super().respond(call)


@dataclass(slots=True)
class Connector:
    """What is going on at one connector; ``transaction`` is known once its start was confirmed."""

    plugged: bool = False
    suspended: bool = False
    id_tag: str | None = None
    started: bool = False
    transaction: int | None = None
    reservation: int | None = None
    reserved_for: str | None = None
    limit: float | None = None
    energy: int = 0

    @property
    def status(self) -> str:
        """Its status in the words of OCPP 1.6 (4.9)."""
        if self.started:
            return "SuspendedEV" if self.suspended else "Charging"
        if self.plugged or self.id_tag:
            return "Preparing"
        return "Available" if self.reservation is None else "Reserved"


class ActingChargePoint(Acting):
    """Plays a whole charge point on a body: it boots, tells, queues while it is away, and obeys."""

    def __init__(self, body: Body, dialogue: Dialogue) -> None:
        super().__init__(body, dialogue)
        self._body = body
        self._connectors = {number: Connector() for number in body.connectors}
        body.orders = {
            "CancelReservation": self._cancel_reservation,
            "ChangeConfiguration": self._change_configuration,
            "ClearChargingProfile": self._clear_limit,
            "GetCompositeSchedule": self._schedule,
            "RemoteStartTransaction": self._remote_start,
            "RemoteStopTransaction": self._remote_stop,
            "ReserveNow": self._reserve,
            "Reset": self._reset,
            "SetChargingProfile": self._set_limit,
        }

    # What is done to it

    async def plug(self, connector: int = 1) -> None:
        """Plug a car in; if a card was accepted before, charging starts."""
        self.dialogue.anew()
        at = self._connectors[connector]
        at.plugged, at.suspended = True, False
        if at.id_tag:
            self._start(connector)
        else:
            self._tell_status(connector)

    async def unplug(self, connector: int = 1) -> None:
        """Unplug the car, which ends its transaction."""
        self.dialogue.anew()
        at = self._connectors[connector]
        at.plugged = False
        self._stop(connector, "EVDisconnected")
        self._tell_status(connector)

    async def suspend(self, connector: int = 1) -> None:
        """Have the car stop charging for a while."""
        self.dialogue.anew()
        self._connectors[connector].suspended = True
        self._tell_status(connector)

    async def present(self, id_tag: str, connector: int = 1) -> None:
        """Hold a card before the reader: it starts charging, or ends what it has started."""
        self.dialogue.anew()
        at = self._connectors[connector]
        if at.id_tag == id_tag:
            self._stop(connector, "Local", idTag=id_tag)
        elif at.id_tag is None:
            self._post.do(self._admit(id_tag, connector))

    async def status(self, connector: int = 1) -> str:
        """Return the status of a connector."""
        return self._connectors[connector].status

    async def obeys(self, limit: float, connector: int = 1) -> None:
        """Raise Inconclusive unless it delivers power, but not more than a limit in W."""
        at = self._connectors[connector]
        power = FULL_POWER if at.limit is None else min(FULL_POWER, at.limit)
        if not at.started or at.suspended or power > limit:
            raise Inconclusive(f"{self.id} delivers {power if at.started else 0:g} W")

    # Telling

    def _tell_all(self) -> None:
        for connector in (0, *self._connectors):
            self._tell_status(connector)

    def _tell_status(self, connector: int) -> None:
        status = self._connectors[connector].status if connector else "Available"
        payload = messages.status_notification(connector, status)
        self._post.tell("StatusNotification", lambda: payload)

    # Transactions

    async def _admit(self, id_tag: str, connector: int) -> None:
        """Ask whether a card may charge, and have it charge (OCPP 1.6 4.1); offline its configuration decides (3.4)."""
        at = self._connectors[connector]
        if self._post.online:
            answer = await self._post.tell("Authorize", lambda: messages.authorize(id_tag))
            if not isinstance(answer, Answer) or tag_status(answer) != "Accepted":
                return
        elif self._body.configuration.writable["AllowOfflineTxForUnknownId"] != "true":
            return
        at.id_tag = id_tag
        if at.plugged:
            self._start(connector)
        else:
            self._tell_status(connector)

    def _start(self, connector: int) -> None:
        at = self._connectors[connector]
        assert at.id_tag is not None
        mine = at.reservation if at.reserved_for == at.id_tag else None
        payload = messages.start_transaction(at.id_tag, connector, at.energy, reservationId=mine)
        at.started, at.transaction = True, None
        if mine is not None:
            at.reservation = at.reserved_for = None
        self._post.do(self._run(connector, self._post.tell("StartTransaction", lambda: payload)))

    async def _run(self, connector: int, told: Told) -> None:
        """Charge once a start is confirmed, and tell what is measured meanwhile (OCPP 1.6 4.7, 4.8)."""
        at = self._connectors[connector]
        answer = await told
        if isinstance(answer, Answer):
            at.transaction = answer.payload.get("transactionId")
            if tag_status(answer) != "Accepted":
                self._stop(connector, "DeAuthorized")
        if at.started:
            self._tell_status(connector)
        while at.started:
            await asyncio.sleep(float(self._body.configuration.writable["MeterValueSampleInterval"]) or 60.0)
            if at.started:
                at.energy += 3
                value = messages.meter_value(messages.sampled(at.energy, context="Sample.Periodic"))
                payload = messages.meter_values(value, connector=connector, transaction=at.transaction)
                self._post.tell("MeterValues", lambda payload=payload: payload)  # type: ignore[misc]

    def _stop(self, connector: int, reason: str, **members: Any) -> None:
        """End the transaction of a connector, if there is one (OCPP 1.6 4.10)."""
        at = self._connectors[connector]
        if at.started:
            ended, meter, moment = at.transaction, at.energy, now()
            at.started = False
            self._post.tell(
                "StopTransaction",
                lambda: messages.stop_transaction(
                    ended if ended is not None else at.transaction or -1,
                    meter,
                    timestamp=moment,
                    reason=reason,
                    **members,
                ),
            )
            self._tell_status(connector)
        at.id_tag = None

    # Orders

    def _remote_start(self, payload: Payload) -> Payload:
        free = [number for number, at in self._connectors.items() if at.id_tag is None]
        wanted = payload.get("connectorId", free[0] if free else None)
        if wanted not in free:
            return {"status": "Rejected"}
        self._connectors[wanted].id_tag = str(payload["idTag"])
        if self._connectors[wanted].plugged:
            self._start(wanted)
        else:
            self._tell_status(wanted)
            self._post.do(self._wait_for_car(wanted))
        return {"status": "Accepted"}

    async def _wait_for_car(self, connector: int) -> None:
        """Have a connector free again when nobody plugs in (OCPP 1.6 9.1.5)."""
        await asyncio.sleep(float(self._body.configuration.writable["ConnectionTimeOut"]))
        at = self._connectors[connector]
        if not at.plugged and not at.started:
            at.id_tag = None
            self._tell_status(connector)

    def _remote_stop(self, payload: Payload) -> Payload:
        for number, at in self._connectors.items():
            if at.started and at.transaction == payload["transactionId"]:
                self._stop(number, "Remote")
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    def _reset(self, payload: Payload) -> Payload:
        for number in self._connectors:
            self._stop(number, f"{payload['type']}Reset")
        self._post.do(self._boot_again())
        return {"status": "Accepted"}

    def _change_configuration(self, payload: Payload) -> Payload:
        answer = self._body.change_configuration(payload)
        if payload["key"] == "HeartbeatInterval" and answer["status"] == "Accepted":
            self._post.beat_every(float(payload["value"]))
        return answer

    def _reserve(self, payload: Payload) -> Payload:
        at = self._connectors.get(payload["connectorId"])
        if at is None or at.id_tag is not None:
            return {"status": "Rejected" if at is None else "Occupied"}
        at.reservation, at.reserved_for = payload["reservationId"], payload["idTag"]
        self._tell_status(payload["connectorId"])
        return {"status": "Accepted"}

    def _cancel_reservation(self, payload: Payload) -> Payload:
        for number, at in self._connectors.items():
            if at.reservation == payload["reservationId"]:
                at.reservation = at.reserved_for = None
                self._tell_status(number)
                return {"status": "Accepted"}
        return {"status": "Rejected"}

    def _set_limit(self, payload: Payload) -> Payload:
        schedule = payload["csChargingProfiles"]["chargingSchedule"]
        if schedule["chargingRateUnit"] != "W":
            return {"status": "Rejected"}
        for number, at in self._connectors.items():
            if payload["connectorId"] in (0, number):
                at.limit = float(schedule["chargingSchedulePeriod"][0]["limit"])
        return {"status": "Accepted"}

    def _clear_limit(self, payload: Payload) -> Payload:
        limited = [at for at in self._connectors.values() if at.limit is not None]
        for at in limited:
            at.limit = None
        return {"status": "Accepted" if limited else "Unknown"}

    def _schedule(self, payload: Payload) -> Payload:
        at = self._connectors.get(payload["connectorId"])
        if at is None:
            return {"status": "Rejected"}
        period = {"startPeriod": 0, "limit": FULL_POWER if at.limit is None else at.limit}
        schedule = {"duration": payload["duration"], "chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
        return {
            "status": "Accepted",
            "connectorId": payload["connectorId"],
            "scheduleStart": now(),
            "chargingSchedule": schedule,
        }
