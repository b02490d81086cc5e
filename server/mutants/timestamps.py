"""Mutants of timestamps: those that are sent, and how those of stations are read (OCPP 1.6 3.14, 3.15)."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import Any

import orjson
from ocpp.exceptions import FormationViolationError, InternalError

from server.core import instants
from server.core.session import Session
from server.core.stations import Station
from server.core.tags import Tags
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.core import CoreHandlers

_LOCAL = timedelta(hours=2)
_YEAR = re.compile(r'"timestamp":"(\d{4})-')


@mutant("clock-local", "A local time is sent as if it were UTC.")
class _ClockLocal(CoreHandlers):
    def current_time(self) -> str:
        return instants.to_wire(instants.now() + _LOCAL)


@mutant("clock-backwards", "Each time that is told is a second before the last one.")
class _ClockBackwards(CoreHandlers):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.told = instants.now() + timedelta(seconds=30)

    def current_time(self) -> str:
        self.told -= timedelta(seconds=1)
        return instants.to_wire(self.told)


@mutant("timestamp-beyond-32-bits", "A timestamp of the years to 1970, or from 2038 on, is answered InternalError.")
class _TimestampBeyond32Bits(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if any(not 1970 < int(year) < 2038 for year in _YEAR.findall(orjson.dumps(payload).decode())):
            raise InternalError(description="the timestamp is out of range")


@mutant("timestamp-leap-day-refused", "A timestamp on the 29th of February is refused.")
class _TimestampLeapDayRefused(CoreHandlers):
    def check_instant(self, text: str) -> str:
        if "-02-29T" in text:
            raise FormationViolationError(description="timestamp: February has 28 days")
        return super().check_instant(text)


@mutant(
    "clock-seven-digits",
    "Times are sent with an offset from UTC and seven digits after the second.",
    faults=["dallmann-consulting/OCPP.Core#31"],
    remarks=True,
)
class _ClockSevenDigits(CoreHandlers):
    def current_time(self) -> str:
        local = (instants.now() + _LOCAL).replace(tzinfo=timezone(_LOCAL))
        return local.strftime("%Y-%m-%dT%H:%M:%S.%f0+02:00")


@mutant("clock-six-digits", "Times are sent with six digits after the second.", remarks=True)
class _ClockSixDigits(CoreHandlers):
    def current_time(self) -> str:
        return f"{instants.now():%Y-%m-%dT%H:%M:%S.%fZ}"


@mutant("clock-unreadable", "Times are sent as people of some country write them.")
class _ClockUnreadable(CoreHandlers):
    def current_time(self) -> str:
        return f"{instants.now():%d/%m/%Y %H:%M:%S}"


@mutant("tag-expiry-unreadable", "The expiryDate of an idTag is sent as people of some country write it.")
class _TagExpiryUnreadable(Tags):
    def info(self, id_tag: str) -> Payload:
        info = super().info(id_tag)
        if "expiryDate" in info:
            info["expiryDate"] = f"{instants.parse(info['expiryDate']):%d/%m/%Y %H:%M}"
        return info


class _FormRefused(Session):
    """Refuses timestamps of some form."""

    form: re.Pattern[str]

    def check_payload(self, action: str, payload: Payload) -> None:
        """Raise the OCPPError of the schema, or one for the form of a timestamp."""
        super().check_payload(action, payload)
        if self.form.search(payload.get("timestamp", "")):
            raise FormationViolationError(description="timestamp: not a form that is read here")


@mutant("timestamp-fraction-refused", "A timestamp with more than six digits after the second is refused.")
class _TimestampFractionRefused(_FormRefused):
    form = re.compile(r"\.\d{7}")


@mutant("timestamp-offset-refused", "A timestamp with an offset from UTC is refused.")
class _TimestampOffsetRefused(_FormRefused):
    form = re.compile(r"T.*[+-]\d\d:\d\d$")


@mutant("timestamp-offset-ignored", "The offset of a timestamp from UTC is ignored.")
class _TimestampOffsetIgnored(CoreHandlers):
    def status_row(self, station: Station, payload: Payload) -> dict[str, Any]:
        plain = re.sub(r"[+-]\d\d:\d\d$", "Z", payload.get("timestamp", instants.to_wire(instants.now())))
        return super().status_row(station, {**payload, "timestamp": plain})
