"""Charging profiles as an operator enters them and as a station receives them: OCPP 1.6 sections 7.8, 7.13, 7.14."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.csms import Operation
from harness.csms.console import Csms
from harness.csms.v16 import SetChargingProfile
from harness.judgement import iso8601, seconds_off
from harness.ocppj import Payload
from harness.verdict import Checks
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint, timestamp

PROFILE = "OCPP 1.6 7.8"
SCHEDULE = "OCPP 1.6 7.13"
PERIOD = "OCPP 1.6 7.14"
MINUTE = 60.0
"""Seconds by which a moment may differ from what was entered: some consoles take whole minutes only."""


def moment(hours: float = 0.0) -> str:
    """Return a moment so many hours from now."""
    return timestamp(datetime.now(UTC) + timedelta(hours=hours))


def schedule(*periods: tuple[int, float], unit: str = "A", **members: Any) -> Payload:
    """Return a charging schedule of periods: the second in which each starts, and its limit."""
    listed = [{"startPeriod": start, "limit": limit} for start, limit in periods]
    return {"chargingRateUnit": unit, "chargingSchedulePeriod": listed, **members}


def profile(
    purpose: str = "TxDefaultProfile", kind: str = "Absolute", plan: Payload | None = None, **members: Any
) -> Payload:
    """Return a charging profile; unless given, its schedule is one of 16 A that begins now."""
    begins = {} if kind == "Relative" else {"startSchedule": moment()}
    basic = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": plan or schedule((0, 16.0), **begins),
    }
    return {**basic, **members}


def setting(station: ChargePoint, connector: int, entered: Payload) -> SetChargingProfile:
    """Return the order to set a profile on a connector."""
    return SetChargingProfile(station=station.id, connector_id=connector, cs_charging_profiles=entered)


@dataclass(frozen=True, slots=True)
class Received:
    """A charging profile as a station received it; what is not there, or of another shape, is empty."""

    connector: Any
    profile: Payload
    schedule: Payload
    periods: list[Payload]

    @classmethod
    def of(cls, payload: Mapping[str, Any], member: str = "csChargingProfiles") -> Received:
        """Return the profile in the payload of a CALL."""
        profile = _mapping(payload.get(member))
        schedule = _mapping(profile.get("chargingSchedule"))
        periods = schedule.get("chargingSchedulePeriod")
        listed = [_mapping(period) for period in periods] if isinstance(periods, list) else []
        return cls(payload.get("connectorId"), profile, schedule, listed)

    @property
    def starts(self) -> list[Any]:
        """The second in which each period starts."""
        return [period.get("startPeriod") for period in self.periods]

    @property
    def rates(self) -> list[Any]:
        """All its rates: the limit of each period, and the least rate where it has one."""
        limits = [period.get("limit") for period in self.periods]
        return limits + ([self.schedule["minChargingRate"]] if "minChargingRate" in self.schedule else [])


async def completed(station: ChargePoint, csms: Csms, order: Operation) -> IncomingCall:
    """Have an order carried out that the station accepts, and return its CALL once the answer is known."""
    request = await csms.perform(order)
    call = await station.next_call(order.action())
    await call.answer(status="Accepted")
    await csms.outcome(request)
    return call


def compare(check: Checks, received: Received, entered: Payload) -> None:
    """Check that a profile was received as it was entered, with no transaction and no recurrency but those entered.

    Its id is the central system's own affair.
    """
    for name in ("stackLevel", "chargingProfilePurpose", "chargingProfileKind", "transactionId", "recurrencyKind"):
        check.equal(received.profile.get(name), entered.get(name), clause=PROFILE)
    plan = entered["chargingSchedule"]
    for name in ("chargingRateUnit", "duration"):
        if name in plan:
            check.equal(received.schedule.get(name), plan[name], clause=SCHEDULE)
    for there, here in ((received.profile, entered), (received.schedule, plan)):
        for name in ("validFrom", "validTo", "startSchedule"):
            if name in here:
                check.close(_off(there.get(name), here[name]), 0, within=MINUTE, clause=PROFILE)
    expected = Received.of({"plan": entered}, "plan")
    check.equal(received.starts, expected.starts, clause=PERIOD)
    check.equal(received.rates, expected.rates, clause=PERIOD)
    check.equal(_phases(received), _phases(expected), clause=PERIOD)


def _off(received: object, entered: str) -> float:
    wanted = iso8601(entered)
    assert wanted is not None, "scenarios enter good moments"
    return seconds_off(received, wanted)


def _phases(received: Received) -> list[Any]:
    """Return the phases of each period, which are 3 where it does not say (OCPP 1.6 7.14)."""
    return [period.get("numberPhases", 3) for period in received.periods]


def _mapping(value: object) -> Payload:
    return value if isinstance(value, dict) else {}
