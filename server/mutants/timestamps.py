"""Mutants of timestamps: those that are sent, and how those of stations are read (OCPP 1.6 3.14, 3.15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from ocpp.exceptions import FormationViolationError, InternalError

from server.core import instants
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, refuses, request
from server.v16.core import CoreHandlers

_YEAR = re.compile(rb'"(?:timestamp|generatedAt)":"(\d{4})-')


def _told(pattern: str) -> Callable[[Payload], bool]:
    """Return whether a payload has a timestamp in which a pattern occurs."""
    return lambda payload: re.search(pattern, payload.get("timestamp", "")) is not None


refuses(request(),
    Row("timestamp-beyond-32-bits", "A timestamp of the years to 1970, or from 2038 on, is answered InternalError.",
        InternalError("the timestamp is out of range"),
        when=lambda payload: any(not 1970 < int(year) < 2038 for year in _YEAR.findall(orjson.dumps(payload)))),
    Row("timestamp-leap-day-refused", "A timestamp on the 29th of February is refused.",
        FormationViolationError("timestamp: February has 28 days"), when=_told("-02-29T")),
    Row("timestamp-fraction-refused", "A timestamp with more than six digits after the second is refused.",
        FormationViolationError("timestamp: not a form that is read here"), when=_told(r"\.\d{7}")),
    Row("timestamp-offset-refused", "A timestamp with an offset from UTC is refused.",
        FormationViolationError("timestamp: not a form that is read here"), when=_told(r"T.*[+-]\d\d:\d\d$")),
)  # fmt: skip


@mutant("clock-backwards", "Each time that is told is a second before the last one.")
class _ClockBackwards(CoreHandlers):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.told = instants.now() + timedelta(seconds=30)

    def current_time(self) -> str:
        self.told -= timedelta(seconds=1)
        return instants.to_wire(self.told)


@mutant("timestamp-offset-ignored", "The offset of a timestamp from UTC is ignored.")
class _TimestampOffsetIgnored(CoreHandlers):
    def status_row(self, station: Station, payload: Payload) -> dict[str, Any]:
        plain = re.sub(r"[+-]\d\d:\d\d$", "Z", payload.get("timestamp", instants.to_wire(instants.now())))
        return super().status_row(station, {**payload, "timestamp": plain})
