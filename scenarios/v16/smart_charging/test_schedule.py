"""The schedule in a charging profile: OCPP 1.6 sections 7.13 and 7.14."""

import json
from decimal import Decimal
from itertools import pairwise

from harness.csms.console import Csms
from harness.csms.v16 import SetChargingProfile
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.orders import delivered, passed_on
from scenarios.v16.smart_charging.profiles import (
    PERIOD,
    SCHEDULE,
    Received,
    moment,
    profile,
    schedule,
    setting,
)
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint


@scenario(
    "v16.smart-charging.schedule.periods",
    spec=[SCHEDULE, PERIOD, "OCPP 1.6 errata 3.45"],
    requirements=["SC-7.13-a"],
    needs=[SetChargingProfile],
    mutants=["profile-periods-reversed", "profile-periods-shifted", "profile-periods-lost"],
)
async def test_periods_are_sent_in_order(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The periods of a schedule begin with second 0 and are sent in the order of time."""
    await station.ready()

    plan = schedule((0, 32.0), (900, 16.0), (1800, 6.0), (86_400, 0.0), startSchedule=moment())
    received = Received.of((await delivered(station, csms, setting(station, 1, profile(plan=plan)))).payload)
    check.equal(received.starts, [0, 900, 1800, 86_400], clause=PERIOD)
    check.equal(received.rates, [32.0, 16.0, 6.0, 0.0], clause=PERIOD)


@scenario(
    "v16.smart-charging.schedule.broken-periods",
    spec=[SCHEDULE, PERIOD, "OCPP 1.6 errata 3.45", "OCPP 1.6 errata 3.69"],
    requirements=["SC-7.13-a"],
    needs=[SetChargingProfile],
    mutants=["profile-input-unchecked"],
)
async def test_no_broken_periods(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A schedule without periods, with a gap before the first, or with periods out of order is not sent as such."""
    await station.ready()

    broken = ((), ((60, 16.0),), ((0, 16.0), (1800, 10.0), (900, 8.0)), ((0, 16.0), (0, 10.0)))
    plans = [schedule(*periods, startSchedule=moment()) for periods in broken]
    orders = [setting(station, 1, profile(plan=plan)) for plan in plans]
    for call in await passed_on(station, csms, *orders, control=setting(station, 1, profile())):
        starts = Received.of(call.payload).starts
        ascending = all(type(one) is int for one in starts) and all(one < other for one, other in pairwise(starts))
        check.that(starts[:1] == [0] and ascending, "periods from 0 that ascend", observed=starts, clause=PERIOD)


@scenario(
    "v16.smart-charging.schedule.rates",
    spec=[SCHEDULE, PERIOD],
    requirements=["SC-7.14-a"],
    needs=[SetChargingProfile],
    mutants=["profile-limit-inexact", "profile-limit-single", "profile-limit-integer"],
)
async def test_tenths_are_sent_exactly(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Rates with one decimal are sent as they were entered, and written with one decimal at most."""
    await station.ready()

    plan = schedule((0, 16.3), (60, 0.7), (120, 31.9), (180, 11.1), startSchedule=moment(), minChargingRate=6.1)
    call = await delivered(station, csms, setting(station, 1, profile(plan=plan)))
    check.equal(Received.of(call.payload).rates, [16.3, 0.7, 31.9, 11.1, 6.1], clause=PERIOD)
    _tenths(check, call)


@scenario(
    "v16.smart-charging.schedule.fine-rates",
    spec=[SCHEDULE, PERIOD],
    requirements=["SC-7.14-a"],
    needs=[SetChargingProfile],
    mutants=["profile-form-unchecked"],
)
async def test_nothing_finer_than_tenths(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A rate with two decimals is refused or rounded to one."""
    await station.ready()

    plans: tuple[Payload, ...] = (
        schedule((0, 16.25), startSchedule=moment()),
        schedule((0, 16.0), startSchedule=moment(), minChargingRate=6.05),
    )
    orders = [setting(station, 1, profile(plan=plan)) for plan in plans]
    for call in await passed_on(station, csms, *orders, control=setting(station, 1, profile())):
        _tenths(check, call)


def _tenths(check: Checks, call: IncomingCall) -> None:
    """Check the rates of a profile as they are written on the wire, where no binary fraction has touched them."""
    written = json.loads(call.entry.text, parse_float=Decimal)[3]
    fine = [str(rate) for rate in Received.of(written).rates if isinstance(rate, Decimal) and rate % Decimal("0.1")]
    check.that(not fine, "one decimal at most", observed=fine, clause=PERIOD)
