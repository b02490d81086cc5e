"""What a station answers to a charging profile: OCPP 1.6 section 7.11."""

from harness.csms import ChargingProfileReader, OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import SetChargingProfile
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.v16.smart_charging.profiles import Received, profile, setting
from simulators.v16 import ChargePoint

ANSWER = "OCPP 1.6 7.11"
STATUSES = ("Rejected", "NotSupported")
CODES = ("NotSupported", "PropertyConstraintViolation")


@scenario(
    "v16.smart-charging.profile-outcome.shown",
    spec=[ANSWER, "OCPP 1.6 errata 3.38", "OCPP 1.6 errata 3.39"],
    requirements=["SC-7.11-a", "OP-c"],
    needs=[SetChargingProfile, OutcomeReader],
)
async def test_outcome_of_a_profile_is_shown(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told whether the station took a charging profile, and if not, how it put that."""
    await station.ready()

    for status in (*STATUSES, "Accepted"):
        request = await csms.perform(setting(station, 1, profile()))
        await (await station.next_call("SetChargingProfile")).answer(status=status)
        outcome = await csms.outcome(request)
        check.equal((outcome.state, outcome.status), ("answered", status), clause=ANSWER, level=SHOULD)
    for code in CODES:
        request = await csms.perform(setting(station, 1, profile()))
        await (await station.next_call("SetChargingProfile")).refuse(code)
        check.equal((await csms.outcome(request)).state, "failed", clause="OCPP 1.6 errata 3.38", level=SHOULD)


@scenario(
    "v16.smart-charging.profile-outcome.installed",
    spec=[ANSWER],
    requirements=["SC-7.11-a"],
    needs=[SetChargingProfile, ChargingProfileReader, OutcomeReader],
)
async def test_accepted_alone_installs(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A charging profile counts as installed if the station accepts it, and not for any other answer."""
    await station.ready()

    for answer in (*STATUSES, *CODES, "Accepted"):
        request = await csms.perform(setting(station, 1, profile()))
        call = await station.next_call("SetChargingProfile")
        await (call.answer(status=answer) if answer in (*STATUSES, "Accepted") else call.refuse(answer))
        await csms.outcome(request)
        installed = [one.id for one in await csms.ask(ChargingProfileReader).charging_profiles(station.id)]
        id = Received.of(call.payload).profile.get("chargingProfileId")
        check.equal(installed, [id] if answer == "Accepted" else [], clause=ANSWER, level=SHOULD)


@scenario(
    "v16.smart-charging.profile-outcome.tolerated",
    spec=[ANSWER, "OCPP 1.6 5.16"],
    requirements=["SC-7.11-a"],
    needs=[SetChargingProfile],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_declined_profile_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that declines a charging profile, in whichever way, is served on and may be sent another."""
    await station.ready()

    for answer in (*STATUSES, *CODES):
        await csms.perform(setting(station, 1, profile()))
        call = await station.next_call("SetChargingProfile")
        check.equal(call.payload.get("connectorId"), 1, clause="OCPP 1.6 6.43")
        await (call.answer(status=answer) if answer in STATUSES else call.refuse(answer))
        await station.heartbeat()
    await csms.perform(setting(station, 1, profile()))
    await (await station.next_call("SetChargingProfile")).answer(status="Accepted")
