"""What the text says of charging profiles beyond their schema (OCPP 1.6 3.13, 7.8, 7.13, 7.14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ocpp.v16.enums import ChargingProfileKindType, ChargingProfilePurposeType, ChargingRateUnitType
from sqlalchemy import Connection

from server.core import instants
from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.validation import Payload
from server.v16 import reported

_UNITS = {
    "current": ChargingRateUnitType.amps.value,
    "a": ChargingRateUnitType.amps.value,
    "power": ChargingRateUnitType.watts.value,
    "w": ChargingRateUnitType.watts.value,
}


class ProfileRules:
    """Judges charging profiles that an operator has entered."""

    def check(self, profile: Payload) -> None:
        """Raise InvalidOperation for a profile that is wrong in itself."""
        if profile["stackLevel"] < 0:
            raise InvalidOperation("stackLevel must be 0 or more")
        self.check_members(profile)
        self.check_validity(profile)
        self.check_periods(profile["chargingSchedule"]["chargingSchedulePeriod"])
        self.check_limits(profile["chargingSchedule"])

    def check_members(self, profile: Payload) -> None:
        """Raise InvalidOperation for members that do not go with the purpose or the kind (OCPP 1.6 7.8)."""
        purpose, kind = profile["chargingProfilePurpose"], profile["chargingProfileKind"]
        if "transactionId" in profile and purpose != ChargingProfilePurposeType.tx_profile:
            raise InvalidOperation(f"a {purpose} has no transactionId")
        if ("recurrencyKind" in profile) is not (kind == ChargingProfileKindType.recurring):
            raise InvalidOperation("recurrencyKind belongs to profiles of the kind Recurring, and only to those")
        if "startSchedule" in profile["chargingSchedule"] and kind == ChargingProfileKindType.relative:
            raise InvalidOperation("a profile of the kind Relative has no startSchedule")

    def check_validity(self, profile: Payload) -> None:
        """Raise InvalidOperation for a validity that ends before it begins."""
        begin, end = profile.get("validFrom"), profile.get("validTo")
        if begin and end and instants.parse(begin) >= instants.parse(end):
            raise InvalidOperation("validFrom must be earlier than validTo")

    def check_periods(self, periods: list[Payload]) -> None:
        """Raise InvalidOperation for periods that do not begin with 0 and ascend (OCPP 1.6 7.13)."""
        starts = [period["startPeriod"] for period in periods]
        if not starts or starts[0] != 0:
            raise InvalidOperation("chargingSchedulePeriod: the first startPeriod is 0")
        if any(later <= earlier for earlier, later in pairwise(starts)):
            raise InvalidOperation("chargingSchedulePeriod: startPeriod must ascend")

    def check_limits(self, schedule: Payload) -> None:
        """Raise InvalidOperation for limits that are negative or finer than a tenth (OCPP 1.6 7.13, 7.14)."""
        for limit in _limits(schedule):
            if limit < 0 or Decimal(str(limit)) % Decimal("0.1"):
                raise InvalidOperation(f"limits are 0 or more and have one decimal at most, unlike {limit}")

    def check_capabilities(self, tx: Connection, station: str, profile: Payload) -> None:
        """Raise UnsuitableOperation for a profile that exceeds what the station has reported (OCPP 1.6 9.4)."""
        most = reported.number(tx, station, "ChargeProfileMaxStackLevel")
        if most is not None and profile["stackLevel"] > most:
            raise UnsuitableOperation(f"the station takes stack levels up to {most}, not {profile['stackLevel']}")
        schedule = profile["chargingSchedule"]
        most = reported.number(tx, station, "ChargingScheduleMaxPeriods")
        if most is not None and len(schedule["chargingSchedulePeriod"]) > most:
            raise UnsuitableOperation(f"the station takes {most} periods at most")
        self.check_unit(tx, station, schedule)

    def check_unit(self, tx: Connection, station: str, request: Mapping[str, Any]) -> None:
        """Raise UnsuitableOperation for a unit that the station does not list; it lists Current and Power."""
        units = reported.members(tx, station, "ChargingScheduleAllowedChargingRateUnit")
        unit = request.get("chargingRateUnit")
        if units and unit and unit not in {_UNITS.get(one) for one in units}:
            raise UnsuitableOperation(f"the station takes schedules in {', '.join(sorted(units))}, not in {unit}")


def _limits(schedule: Payload) -> Iterable[float]:
    yield from (period["limit"] for period in schedule["chargingSchedulePeriod"])
    if "minChargingRate" in schedule:
        yield schedule["minChargingRate"]
