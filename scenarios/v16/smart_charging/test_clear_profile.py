"""ClearChargingProfile: OCPP 1.6 section 5.5."""

from typing import Any

from harness.csms import ChargingProfileReader, OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import ClearChargingProfile, SetChargingProfile
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered
from scenarios.stage.population import Tags
from scenarios.v16.smart_charging.profiles import Received, compare, completed, profile, setting
from simulators.aftermath import sign_of_life
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.13"
ANSWER = "OCPP 1.6 7.21"
MAXIMUM = "ChargePointMaxProfile"
DEFAULT = "TxDefaultProfile"


async def _cleared(station: ChargePoint, csms: Csms, **named: Any) -> Payload:
    """Have profiles cleared, which the station accepts, and return how they were named to it."""
    return (await delivered(station, csms, ClearChargingProfile(station=station.id, **named))).payload


async def _left(station: ChargePoint, csms: Csms, **named: Any) -> set[int]:
    """Have profiles cleared, which the station accepts, and return those that still count as installed."""
    await completed(station, csms, ClearChargingProfile(station=station.id, **named))
    return await _installed(station, csms)


async def _installed(station: ChargePoint, csms: Csms) -> set[int]:
    """Return the profiles that are believed to be installed."""
    return {one.id for one in await csms.ask(ChargingProfileReader).charging_profiles(station.id)}


@scenario(
    "v16.smart-charging.clear-profile.each-way",
    spec=["OCPP 1.6 5.5", REQUEST, "OCPP 1.6 5.16"],
    octt=["TC_067_CSMS"],
    requirements=["SC-5.5-a", "SC-5.16-a", "SC-5.16-b", "OP-a"],
    needs=[SetChargingProfile, ClearChargingProfile],
    mutants=[
        "profile-connector-shifted",
        "profile-purpose-default",
        "profile-transaction-lost",
        "profile-id-constant",
        "clear-profile-id-mistaken",
        "clear-profile-criteria-lost",
        "clear-profile-all-narrowed",
    ],
)
async def test_profiles_are_cleared_each_way(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """Profiles of all purposes are set, then cleared by id, by criteria, and all at once."""
    transaction = await station.charging(await tags.accepted())

    ids = []
    default: Payload = {"chargingProfileId": 2, "stackLevel": 1}
    entries = ((0, profile(MAXIMUM)), (1, profile(DEFAULT, **default)), (1, _for(transaction.id)))
    for connector, entered in entries:
        received = Received.of((await delivered(station, csms, setting(station, connector, entered))).payload)
        check.equal(received.connector, connector, clause="OCPP 1.6 6.43")
        compare(check, received, entered)
        ids.append(received.profile.get("chargingProfileId"))
    check.that(len(set(ids)) == len(ids), "three different ids", observed=ids, clause="OCPP 1.6 7.8")

    check.equal(await _cleared(station, csms, id=ids[0]), {"id": ids[0]}, clause=REQUEST)
    criteria = {"connectorId": 1, "chargingProfilePurpose": DEFAULT, "stackLevel": 1}
    sent = await _cleared(station, csms, connector_id=1, charging_profile_purpose=DEFAULT, stack_level=1)
    check.equal(sent, criteria, clause=REQUEST)
    check.equal(await _cleared(station, csms), {}, clause=REQUEST)


@scenario(
    "v16.smart-charging.clear-profile.single-criterion",
    spec=["OCPP 1.6 5.5", REQUEST, "OCPP 1.6 errata 3.25"],
    requirements=["SC-5.5-a", "OP-a"],
    needs=[ClearChargingProfile],
    mutants=["absent-members-null", "clear-profile-zero-lost", "clear-profile-criteria-lost"],
)
async def test_single_criterion_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """One criterion alone is sent as such, also connector 0 and stack level 0: it does not become "all"."""
    await station.ready()

    for member, name, value in (
        ("connectorId", "connector_id", 0),
        ("connectorId", "connector_id", 2),
        ("stackLevel", "stack_level", 0),
        ("chargingProfilePurpose", "charging_profile_purpose", MAXIMUM),
    ):
        check.equal(await _cleared(station, csms, **{name: value}), {member: value}, clause=REQUEST)


@scenario(
    "v16.smart-charging.clear-profile.nothing-to-clear",
    spec=["OCPP 1.6 5.5", ANSWER],
    requirements=["SC-5.5-a"],
    needs=[ClearChargingProfile],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_nothing_to_clear_is_no_trouble(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that knows no such profile is served on, and may be asked again."""
    await station.ready()

    ways: tuple[Payload, ...] = ({"id": 17}, {"connector_id": 1}, {})
    for named in ways:
        await csms.perform(ClearChargingProfile(station=station.id, **named))
        await (await station.next_call("ClearChargingProfile")).answer(status="Unknown")
        (await sign_of_life(station)).judge(check, clause=ANSWER)


@scenario(
    "v16.smart-charging.clear-profile.shown",
    spec=["OCPP 1.6 5.5", ANSWER],
    requirements=["SC-5.5-a", "OP-c"],
    needs=[ClearChargingProfile, OutcomeReader],
)
async def test_outcome_of_clearing_is_shown(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told whether the station cleared a profile or knew none."""
    await station.ready()

    for status in ("Unknown", "Accepted"):
        request = await csms.perform(ClearChargingProfile(station=station.id, id=1))
        await (await station.next_call("ClearChargingProfile")).answer(status=status)
        outcome = await csms.outcome(request)
        check.equal((outcome.state, outcome.status), ("answered", status), clause=ANSWER, level=SHOULD)


@scenario(
    "v16.smart-charging.clear-profile.recorded",
    spec=["OCPP 1.6 5.5", ANSWER],
    requirements=["SC-5.5-a"],
    needs=[SetChargingProfile, ClearChargingProfile, ChargingProfileReader, OutcomeReader],
)
async def test_cleared_profiles_are_gone(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The profiles that a station has cleared, by id, by criteria or all, do not count as installed any more."""
    transaction = await station.charging(await tags.accepted())
    ids = []
    default: Payload = {"chargingProfileId": 2, "stackLevel": 1}
    entries = ((0, profile(MAXIMUM)), (1, profile(DEFAULT, **default)), (1, _for(transaction.id)))
    for connector, entered in entries:
        received = Received.of((await completed(station, csms, setting(station, connector, entered))).payload)
        ids.append(received.profile.get("chargingProfileId"))
    check.equal(await _installed(station, csms), set(ids), clause=ANSWER, level=SHOULD)

    check.equal(await _left(station, csms, id=ids[0]), set(ids[1:]), clause=ANSWER, level=SHOULD)
    left = await _left(station, csms, connector_id=1, charging_profile_purpose=DEFAULT, stack_level=1)
    check.equal(left, {ids[2]}, clause=ANSWER, level=SHOULD)
    check.equal(await _left(station, csms), set(), clause=ANSWER, level=SHOULD)


def _for(transaction: int) -> Payload:
    return profile("TxProfile", "Relative", chargingProfileId=3, stackLevel=2, transactionId=transaction)
