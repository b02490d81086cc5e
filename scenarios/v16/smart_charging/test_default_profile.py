"""Charging profiles for any transaction, and for the charge point as a whole: OCPP 1.6 sections 3.13.1 and 5.16."""

from harness.csms.console import Csms
from harness.csms.v16 import SetChargingProfile
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.orders import delivered, passed_on
from scenarios.v16.smart_charging.profiles import (
    Received,
    compare,
    moment,
    profile,
    schedule,
    setting,
)
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.43"
PURPOSES = "OCPP 1.6 3.13.1"
HOUR = 3_600
DAY = 24 * HOUR


@scenario(
    "v16.smart-charging.default-profile.absolute",
    spec=["OCPP 1.6 5.16", REQUEST, "OCPP 1.6 7.8", "OCPP 1.6 7.13"],
    octt=["TC_056_CSMS"],
    requirements=["SC-7.8-a", "SC-7.8-b", "OP-a"],
    needs=[SetChargingProfile],
    mutants=[
        "profile-connector-shifted",
        "profile-transaction-invented",
        "profile-recurrency-invented",
        "profile-start-lost",
        "profile-validity-lost",
        "profile-time-shifted",
        "profile-stack-level-lost",
        "profile-unit-fixed",
    ],
)
async def test_absolute_default_profile(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A default profile of the kind Absolute is set on the chosen connector just as it was entered."""
    await station.ready()

    plan = schedule((0, 6000.0), unit="W", duration=DAY, startSchedule=moment())
    entered = profile(plan=plan, stackLevel=1, validFrom=moment(), validTo=moment(24))
    order = await delivered(station, csms, setting(station, 1, entered))
    received = Received.of(order.payload)
    check.equal(received.connector, 1, clause=REQUEST)
    compare(check, received, entered)
    await station.heartbeat()


@scenario(
    "v16.smart-charging.default-profile.least",
    spec=["OCPP 1.6 5.16", REQUEST, "OCPP 1.6 7.8"],
    requirements=["SC-7.8-a", "SC-7.8-b", "OP-a"],
    needs=[SetChargingProfile],
    mutants=["profile-members-null", "profile-transaction-invented", "profile-recurrency-invented"],
)
async def test_least_default_profile(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A default profile for all connectors with nothing but the required members is set without any others."""
    await station.ready()

    entered = profile(kind="Relative", plan=schedule((0, 16.0)))
    order = await delivered(station, csms, setting(station, 0, entered))
    received = Received.of(order.payload)
    check.equal(received.connector, 0, clause=REQUEST)
    compare(check, received, entered)
    nulls = [name for found in (received.profile, received.schedule) for name in found if found[name] is None]
    check.equal(nulls, [], clause="OCPP-J 1.6 4.2.1")


@scenario(
    "v16.smart-charging.default-profile.complete",
    spec=["OCPP 1.6 5.16", REQUEST, "OCPP 1.6 7.8", "OCPP 1.6 7.13", "OCPP 1.6 7.14"],
    requirements=["SC-7.8-a", "SC-7.8-b", "SC-7.13-a", "OP-a"],
    needs=[SetChargingProfile],
    mutants=["profile-recurrency-lost", "profile-periods-reversed", "profile-phases-lost", "profile-time-shifted"],
)
async def test_complete_default_profile(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A default profile that recurs and has every optional member is set with all of them."""
    await station.ready()

    plan = schedule((0, 16.0), (8 * HOUR, 8.0), (20 * HOUR, 32.0), duration=DAY, startSchedule=moment())
    for period in plan["chargingSchedulePeriod"]:
        period["numberPhases"] = 1
    plan["minChargingRate"] = 6.0
    for recurrency in ("Daily", "Weekly"):
        validity = {"validFrom": moment(), "validTo": moment(24 * 365)}
        entered = profile(kind="Recurring", plan=plan, recurrencyKind=recurrency, **validity)
        compare(check, Received.of((await delivered(station, csms, setting(station, 2, entered))).payload), entered)


@scenario(
    "v16.smart-charging.station-maximum.whole-station",
    spec=[PURPOSES, "OCPP 1.6 5.16"],
    requirements=["SC-5.16-a", "SC-7.8-a"],
    needs=[SetChargingProfile],
    mutants=["profile-connector-shifted", "profile-purpose-default", "profile-transaction-invented"],
)
async def test_maximum_of_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A maximum of the charge point is set on connector 0, and names no transaction."""
    await station.ready()

    entered = profile("ChargePointMaxProfile", plan=schedule((0, 22000.0), unit="W", startSchedule=moment()))
    received = Received.of((await delivered(station, csms, setting(station, 0, entered))).payload)
    check.equal(received.connector, 0, clause=PURPOSES)
    compare(check, received, entered)


@scenario(
    "v16.smart-charging.station-maximum.single-connector",
    spec=[PURPOSES, "OCPP 1.6 5.16"],
    requirements=["SC-5.16-a"],
    needs=[SetChargingProfile],
    mutants=["profile-input-unchecked"],
)
async def test_no_maximum_on_a_connector(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A maximum of the charge point never reaches it for a single connector."""
    await station.ready()

    maximum = profile("ChargePointMaxProfile")
    *orders, control = [setting(station, connector, maximum) for connector in (*station.connectors, 0)]
    for call in await passed_on(station, csms, *orders, control=control):
        received = Received.of(call.payload)
        sent = (received.profile.get("chargingProfilePurpose"), received.connector)
        fits = sent[0] != "ChargePointMaxProfile" or sent[1] == 0
        check.that(fits, "connector 0", observed=sent, clause=PURPOSES)
