"""Which CALLs may be under way at the same time: OCPP-J 1.6 section 4.1.1."""

from typing import Any

from harness.csms.console import Csms
from harness.csms.v16 import ClearCache, GetConfiguration
from harness.scenario import scenario
from harness.schemas import Kind, schemas
from harness.verdict import SHOULD, Checks, Nonconformity
from scenarios.stage.orders import passed_on
from scenarios.stage.population import Stations, Tags
from simulators.inbox import IncomingCall
from simulators.observation import Answer, Refusal, Silence, gist
from simulators.v16 import ChargePoint, meter_value, sampled
from simulators.v16.messages import core_calls

CLAUSE = "OCPP-J 1.6 4.1.1"

EASY = 10.0
"""Seconds in which any CALL is answered by a central system that station firmware gets on with."""


@scenario(
    "v16.transport.synchronicity.one-call-at-a-time",
    spec=["OCPP-J 1.6 4.1.1"],
    requirements=["J-4.1.1-a"],
    needs=[GetConfiguration, ClearCache],
    mutants=["calls-not-queued"],
)
async def test_one_call_is_outstanding(station: ChargePoint, stations: Stations, csms: Csms, check: Checks) -> None:
    """While one CALL to a station is unanswered, no other is sent to it."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    await csms.perform(GetConfiguration(station=station.id))
    first = await station.next_call("GetConfiguration")
    for _ in range(2):
        await csms.perform(ClearCache(station=station.id))
        station.release("ClearCache")
    await csms.perform(ClearCache(station=other.id))
    await other.answer_by_default(await other.next_call("ClearCache"))

    early = [entry.text for entry in await station.calls_until_probe("ClearCache")]
    check.equal(early, [], clause=CLAUSE, level=SHOULD)
    await station.answer_by_default(first)
    await passed_on(station, csms, control=ClearCache(station=station.id))


@scenario(
    "v16.transport.synchronicity.crossing-calls",
    spec=["OCPP-J 1.6 4.1.1"],
    requirements=["J-4.1.1-b"],
    needs=[ClearCache],
    mutants=["crossing-call-refused", "unanswered-call-wedges"],
)
async def test_crossing_calls_are_served(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """CALLs of the station are answered while a CALL of the central system is still unanswered."""
    await station.ready()
    reading = {"connectorId": 1, "meterValue": [meter_value(sampled(1))]}
    crossing: tuple[tuple[str, dict[str, Any]], ...] = (("Heartbeat", {}), ("MeterValues", reading))

    for action, payload in crossing:
        await csms.perform(ClearCache(station=station.id))
        moment = await _answered(station, await station.next_call("ClearCache"), action, payload)
        check.graded(moment, good=["at once"], tolerable=["once its own CALL was answered"], clause=CLAUSE)


async def _answered(station: ChargePoint, pending: IncomingCall, action: str, payload: dict[str, Any]) -> str:
    """Return when the central system answers a CALL during which one of its own is pending."""
    [(call, answer)] = station.pipeline((action, payload))
    await station.send(call)
    outcome = await station.observe(answer)
    await pending.answer(status="Accepted")
    if isinstance(outcome, Silence):
        outcome = await station.observe(answer)
        return "once its own CALL was answered" if isinstance(outcome, Answer) else gist(outcome)
    return "at once" if isinstance(outcome, Answer) else gist(outcome)


@scenario(
    "v16.transport.synchronicity.silent-station-delays-no-other",
    spec=["OCPP-J 1.6 errata 3.4"],
    requirements=["J-4.1.1-c"],
    needs=[ClearCache],
    mutants=["one-queue-for-all"],
)
async def test_silent_station_delays_no_other(
    station: ChargePoint, stations: Stations, csms: Csms, check: Checks
) -> None:
    """A CALL is sent to one station while another leaves the one it got unanswered."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    await csms.perform(ClearCache(station=station.id))
    pending = await station.next_call("ClearCache")
    await csms.perform(ClearCache(station=other.id))
    call = await other.next_call("ClearCache")

    check.equal(call.action, "ClearCache", clause="OCPP-J 1.6 errata 3.4")
    await call.answer(status="Accepted")
    await pending.answer(status="Accepted")


@scenario(
    "v16.transport.synchronicity.answers-in-time",
    spec=["OCPP-J 1.6 4.1.1"],
    requirements=["J-4.1.1-h"],
    mutants=["meter-values-unanswered"],
)
async def test_every_call_is_answered_in_time(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Each CALL of the Core profile is answered well before station firmware loses patience."""
    await station.connect()

    for action, payload in core_calls(tags.unknown()):
        sent = len(station.trace)
        outcome = await station.attempt(action, payload)
        if not isinstance(outcome, Answer | Refusal):
            raise Nonconformity(f"an answer to {action}", str(outcome), clause=CLAUSE)
        taken = outcome.entry.at - station.trace[sent].at
        check.that(taken <= EASY, f"an answer within {EASY:g} s", observed=taken, clause=CLAUSE, level=SHOULD)


@scenario("v16.transport.synchronicity.pipelined-calls", spec=["OCPP-J 1.6 4.1.1"], requirements=["J-4.1.1-i"])
async def test_pipelined_calls_keep_their_answers(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Of CALLs sent without waiting, each is answered under its own unique id and with what it asked for."""
    await station.ready()
    calls = station.pipeline(*core_calls(tags.unknown())[1:])

    for call, _ in calls:
        await station.send(call)
    for call, answer in calls:
        outcome = await station.observe(answer)
        payload = outcome.payload if isinstance(outcome, Answer) else None
        fits = payload is not None and not schemas("1.6").violations(call.action, Kind.RESPONSE, payload)
        own = fits or isinstance(outcome, Refusal)
        check.that(own, f"an answer to {call.action}", observed=outcome, clause=CLAUSE, level=SHOULD)
