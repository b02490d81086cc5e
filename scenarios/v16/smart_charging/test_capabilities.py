"""What a station reports of the charging profiles that it can take: OCPP 1.6 sections 3.13.5 and 9.4."""

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration, SetChargingProfile
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on, reported
from scenarios.v16.smart_charging.profiles import Received, completed, moment, profile, schedule, setting
from simulators.v16 import ChargePoint

NEEDS = (SetChargingProfile, GetConfiguration, OutcomeReader)


@scenario(
    "v16.smart-charging.capabilities.stack-level",
    spec=["OCPP 1.6 3.13.5", "OCPP 1.6 9.4.1"],
    requirements=["SC-3.13.5-a"],
    needs=NEEDS,
)
async def test_stack_level_the_station_takes(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A profile is not sent with a stack level above the highest that the station has reported."""
    await reported(station, csms, ChargeProfileMaxStackLevel="1")

    order, control = (setting(station, 1, profile(stackLevel=level)) for level in (2, 1))
    for call in await passed_on(station, csms, order, control=control):
        level = Received.of(call.payload).profile.get("stackLevel")
        check.graded(level, good=(0, 1), clause="OCPP 1.6 9.4.1", level=SHOULD)


@scenario(
    "v16.smart-charging.capabilities.rate-unit",
    spec=["OCPP 1.6 3.13.5", "OCPP 1.6 9.4.2"],
    requirements=["SC-3.13.5-a"],
    needs=NEEDS,
)
async def test_unit_the_station_takes(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A schedule is not sent in a unit that the station has not reported."""
    await reported(station, csms, ChargingScheduleAllowedChargingRateUnit="Current")

    watts = schedule((0, 11_000.0), unit="W", startSchedule=moment())
    order, control = setting(station, 1, profile(plan=watts)), setting(station, 1, profile())
    for call in await passed_on(station, csms, order, control=control):
        unit = Received.of(call.payload).schedule.get("chargingRateUnit")
        check.equal(unit, "A", clause="OCPP 1.6 9.4.2", level=SHOULD)


@scenario(
    "v16.smart-charging.capabilities.periods",
    spec=["OCPP 1.6 3.13.5", "OCPP 1.6 9.4.3"],
    requirements=["SC-3.13.5-a"],
    needs=NEEDS,
)
async def test_as_many_periods_as_the_station_takes(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A schedule is not sent with more periods than the station has reported to take."""
    await reported(station, csms, ChargingScheduleMaxPeriods="2")

    plan = schedule((0, 16.0), (600, 10.0), (1200, 6.0), startSchedule=moment())
    order, control = setting(station, 1, profile(plan=plan)), setting(station, 1, profile())
    for call in await passed_on(station, csms, order, control=control):
        periods = len(Received.of(call.payload).periods)
        check.that(periods <= 2, "2 periods at most", observed=periods, clause="OCPP 1.6 9.4.3", level=SHOULD)


@scenario(
    "v16.smart-charging.capabilities.profiles",
    spec=["OCPP 1.6 3.13.5", "OCPP 1.6 9.4.5"],
    requirements=["SC-3.13.5-a"],
    needs=NEEDS,
)
async def test_as_many_profiles_as_the_station_holds(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that holds as many profiles as it has reported to hold is not sent another one on top."""
    await reported(station, csms, MaxChargingProfilesInstalled="1")

    held = setting(station, 1, profile())
    since = (await completed(station, csms, held)).entry.index
    more = setting(station, 1, profile(chargingProfileId=2, stackLevel=1))
    for call in await passed_on(station, csms, more, control=held):
        level = Received.of(call.payload).profile.get("stackLevel")
        cleared = any(entry.label() == "CALL ClearChargingProfile" for entry in station.received(since))
        check.that(level == 0 or cleared, "no further profile", observed=level, clause="OCPP 1.6 9.4.5", level=SHOULD)
