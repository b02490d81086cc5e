"""Charging profiles that an operator may enter but no station must see: OCPP 1.6 sections 7.8 to 7.10."""

from collections.abc import Callable

from harness.csms import Operation
from harness.csms.console import Csms
from harness.csms.v16 import SetChargingProfile
from harness.judgement import iso8601
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHALL, SHOULD, Checks, Level
from scenarios.stage.orders import passed_on
from scenarios.stage.population import Tags
from scenarios.v16.smart_charging.profiles import Received, moment, profile, schedule, setting
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 7.8"
KINDS = "OCPP 1.6 7.9"
Rule = Callable[[Received], bool]


async def _keep(
    station: ChargePoint, csms: Csms, check: Checks, rule: Rule, *orders: Operation, expected: str, level: Level = SHALL
) -> None:
    """Have profiles entered that break a rule, and check that all that arrive, and a good one must, keep it."""
    for call in await passed_on(station, csms, *orders, control=setting(station, 1, profile())):
        kept = rule(Received.of(call.payload))
        check.that(kept, expected, observed=call.payload, clause=CLAUSE, level=level)


@scenario(
    "v16.smart-charging.profile-members.transaction",
    spec=[CLAUSE],
    requirements=["SC-7.8-a"],
    needs=[SetChargingProfile],
    mutants=["profile-input-unchecked"],
)
async def test_transaction_id_with_tx_profile_only(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A profile that is not for one transaction is never sent with a transactionId."""
    transaction = await station.charging(await tags.accepted())

    orders = [
        setting(station, connector, profile(purpose, transactionId=transaction.id))
        for connector, purpose in ((1, "TxDefaultProfile"), (0, "ChargePointMaxProfile"))
    ]
    await _keep(station, csms, check, _names_no_transaction, *orders, expected="no transactionId")


@scenario(
    "v16.smart-charging.profile-members.recurrency",
    spec=[CLAUSE, "OCPP 1.6 7.37"],
    requirements=["SC-7.8-a"],
    needs=[SetChargingProfile],
    mutants=["profile-recurrency-unchecked"],
)
async def test_recurrency_of_recurring_profiles_only(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A profile that does not recur is sent without a recurrencyKind, which would mean nothing; this remarks."""
    await station.ready()

    entries = [profile(kind=kind, recurrencyKind="Daily") for kind in ("Absolute", "Relative")]
    orders = [setting(station, 1, entered) for entered in entries]
    await _keep(station, csms, check, _recurs_if_recurring, *orders, expected="no recurrencyKind", level=SHOULD)


@scenario(
    "v16.smart-charging.profile-members.start-schedule",
    spec=[CLAUSE, KINDS, "OCPP 1.6 7.13"],
    requirements=["SC-7.8-b"],
    needs=[SetChargingProfile],
)
async def test_start_schedule_goes_with_the_kind(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The start of the schedule is in a profile of the kinds Absolute and Recurring, and in no Relative one."""
    await station.ready()
    bare, begun = schedule((0, 16.0)), schedule((0, 16.0), startSchedule=moment())

    entries: tuple[Payload, ...] = (
        profile(plan=bare),
        profile(kind="Recurring", recurrencyKind="Daily", plan=bare),
        profile(kind="Relative", plan=begun),
    )
    orders = [setting(station, 1, entered) for entered in entries]
    expected = "startSchedule with Absolute and Recurring only"
    await _keep(station, csms, check, _begins_if_fixed, *orders, expected=expected, level=SHOULD)


@scenario(
    "v16.smart-charging.profile-members.validity",
    spec=[CLAUSE],
    requirements=["SC-7.8-b"],
    needs=[SetChargingProfile],
)
async def test_validity_has_a_duration(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A profile that would be valid until before it begins to be is not sent as such."""
    await station.ready()

    order = setting(station, 1, profile(validFrom=moment(2), validTo=moment(1)))
    await _keep(station, csms, check, _lasts, order, expected="validFrom before validTo", level=SHOULD)


@scenario(
    "v16.smart-charging.profile-members.stack-level",
    spec=[CLAUSE],
    requirements=["SC-7.8-b"],
    needs=[SetChargingProfile],
)
async def test_no_level_below_zero(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A profile with a negative stack level is not sent as such."""
    await station.ready()

    order = setting(station, 1, profile(stackLevel=-1))
    await _keep(station, csms, check, _stacks, order, expected="a stackLevel of 0 or more", level=SHOULD)


def _names_no_transaction(received: Received) -> bool:
    return received.profile.get("chargingProfilePurpose") == "TxProfile" or "transactionId" not in received.profile


def _recurs_if_recurring(received: Received) -> bool:
    return received.profile.get("chargingProfileKind") == "Recurring" or "recurrencyKind" not in received.profile


def _begins_if_fixed(received: Received) -> bool:
    relative = received.profile.get("chargingProfileKind") == "Relative"
    return ("startSchedule" in received.schedule) is not relative


def _lasts(received: Received) -> bool:
    begin, end = (iso8601(str(received.profile.get(name))) for name in ("validFrom", "validTo"))
    return begin is None or end is None or begin < end


def _stacks(received: Received) -> bool:
    level = received.profile.get("stackLevel")
    return type(level) is int and level >= 0
