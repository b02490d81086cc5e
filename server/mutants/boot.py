"""Mutants of what a boot and a heartbeat are answered, and of the clock of the central system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta, timezone

from server.core import instants
from server.mutants.rows import Row, alters, drop, put, response, shifted, turn


def _written(form: str, offset: timezone = UTC) -> Callable[[str], str]:
    """Return what writes an instant in a form of ``strftime``."""
    return lambda text: instants.parse(text).astimezone(offset).strftime(form)


alters(response("BootNotification"),
    Row("boot-interval-negative", "BootNotification.conf carries a negative interval.", put(interval=-1)),
    Row("boot-interval-fractional", "BootNotification.conf carries an interval with a fraction.", put(interval=300.5)),
    Row("boot-time-missing", "BootNotification.conf has no currentTime.",
        drop("currentTime"), faults=["mobilityhouse/ocpp#474"]),
    Row("boot-with-registration", "BootNotification.conf has a member that no one knows.",
        put(registration="Accepted")),
)  # fmt: skip
alters(response("Heartbeat"),
    Row("heartbeat-with-interval", "Heartbeat.conf repeats the interval.", put(interval=300)),
    Row("heartbeat-extra-member", "Heartbeat.conf has a member that is not defined.", put(interval=300)),
)  # fmt: skip
alters(response("BootNotification", "Heartbeat"),
    Row("clock-hour-behind", "The central system's time is one hour behind.", turn(currentTime=shifted(hours=-1))),
    Row("clock-local", "A local time is sent as if it were UTC.", turn(currentTime=shifted(hours=2))),
    Row("clock-six-digits", "Times are sent with six digits after the second.",
        turn(currentTime=_written("%Y-%m-%dT%H:%M:%S.%fZ")), remarks=True),
    Row("clock-seven-digits", "Times are sent with an offset from UTC and seven digits after the second.",
        turn(currentTime=_written("%Y-%m-%dT%H:%M:%S.%f0+02:00", timezone(timedelta(hours=2)))),
        faults=["dallmann-consulting/OCPP.Core#31"], remarks=True),
    Row("clock-unreadable", "Times are sent as people of some country write them.",
        turn(currentTime=_written("%d/%m/%Y %H:%M:%S"))),
)  # fmt: skip
