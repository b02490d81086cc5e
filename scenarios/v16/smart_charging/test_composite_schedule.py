"""GetCompositeSchedule: OCPP 1.6 section 5.7."""

from typing import Any

from harness.csms import OutcomeReader
from harness.csms.console import Csms, shown
from harness.csms.v16 import GetCompositeSchedule
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.v16.smart_charging.profiles import Received, moment, schedule
from simulators.aftermath import sign_of_life
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.21"
ANSWER = "OCPP 1.6 6.22"
ALTERED = ("composite-schedule-connector-shifted", "composite-schedule-duration-minutes")


async def _asked(station: ChargePoint, csms: Csms, **members: Any) -> IncomingCall:
    """Have the composite schedule asked for."""
    await csms.perform(GetCompositeSchedule(station=station.id, **members))
    return await station.next_call("GetCompositeSchedule")


def _composite(connector: int) -> dict[str, Any]:
    """Return an answer with a schedule for an hour."""
    plan = schedule((0, 16.3), (900, 0.0), (1800, 32.0), duration=3600, startSchedule=moment())
    times = {"scheduleStart": moment(), "connectorId": connector}
    return {"status": "Accepted", "chargingSchedule": plan, **times}


@scenario(
    "v16.smart-charging.composite-schedule.of-a-connector",
    spec=["OCPP 1.6 5.7", REQUEST],
    octt=["TC_066_CSMS"],
    requirements=["SC-5.7-a", "OP-a"],
    needs=[GetCompositeSchedule],
    mutants=[*ALTERED, "composite-schedule-unit-lost"],
    smoke=True,
)
async def test_schedule_of_a_connector(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The composite schedule is asked for with the connector, duration and unit that were chosen."""
    await station.ready()

    for unit in ("A", "W"):
        get = await _asked(station, csms, connector_id=1, duration=300, charging_rate_unit=unit)
        check.equal(get.payload, {"connectorId": 1, "duration": 300, "chargingRateUnit": unit}, clause=REQUEST)
        await get.answer(_composite(1))
        await station.heartbeat()


@scenario(
    "v16.smart-charging.composite-schedule.of-the-station",
    spec=["OCPP 1.6 5.7", REQUEST],
    requirements=["SC-5.7-a", "OP-a"],
    needs=[GetCompositeSchedule],
    mutants=[*ALTERED, "absent-members-null"],
)
async def test_schedule_of_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The schedule of the charge point as a whole is asked for as connector 0; a unit not chosen may be left out."""
    await station.ready()

    get = await _asked(station, csms, connector_id=0, duration=86_400)
    check.equal([get.payload.get("connectorId"), get.payload.get("duration")], [0, 86_400], clause=REQUEST)
    unit = get.payload.get("chargingRateUnit", "left out")
    check.graded(unit, good=("left out", "A", "W"), clause=REQUEST)
    await get.answer(_composite(0))
    await station.heartbeat()


@scenario(
    "v16.smart-charging.composite-schedule.shown",
    spec=["OCPP 1.6 5.7", ANSWER],
    requirements=["SC-5.7-a", "OP-c"],
    needs=[GetCompositeSchedule, OutcomeReader],
    mutants=["composite-schedule-cut-short"],
)
async def test_schedule_is_shown(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is shown every period of the schedule that the station has composed."""
    await station.ready()

    for connector in (0, 1):
        request = await csms.perform(GetCompositeSchedule(station=station.id, connector_id=connector, duration=3600))
        told = _composite(connector)
        await (await station.next_call("GetCompositeSchedule")).answer(told)
        outcome = await csms.outcome(request)
        check.equal((outcome.state, outcome.status), ("answered", "Accepted"), clause=ANSWER, level=SHOULD)
        seen = Received.of({"told": shown(outcome.payload, "composite schedules")}, "told")
        check.equal(seen.periods, told["chargingSchedule"]["chargingSchedulePeriod"], clause=ANSWER)


@scenario(
    "v16.smart-charging.composite-schedule.refused",
    spec=["OCPP 1.6 5.7", ANSWER],
    requirements=["SC-5.7-a"],
    needs=[GetCompositeSchedule],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_refusal_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that composes no schedule, and so sends none, is served on and may be asked again."""
    await station.ready()

    for connector in (0, 1):
        get = await _asked(station, csms, connector_id=connector, duration=300)
        await get.answer(status="Rejected")
        (await sign_of_life(station)).judge(check, clause=ANSWER)


@scenario(
    "v16.smart-charging.composite-schedule.refusal-shown",
    spec=["OCPP 1.6 5.7", ANSWER],
    requirements=["SC-5.7-a", "OP-c"],
    needs=[GetCompositeSchedule, OutcomeReader],
)
async def test_refusal_is_shown(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told that the station composes no schedule."""
    await station.ready()

    request = await csms.perform(GetCompositeSchedule(station=station.id, connector_id=1, duration=300))
    await (await station.next_call("GetCompositeSchedule")).answer(status="Rejected")
    outcome = await csms.outcome(request)
    check.equal((outcome.state, outcome.status), ("answered", "Rejected"), clause=ANSWER, level=SHOULD)
