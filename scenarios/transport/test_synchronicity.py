"""Which CALLs may be under way at the same time: OCPP-J section 4.1.1."""

from typing import Any

from harness.csms.console import Csms
from harness.scenario import need_name, scenario
from harness.schemas import Kind
from harness.verdict import SHOULD, Checks, Nonconformity, cited
from scenarios.stage.orders import passed_on
from scenarios.stage.population import AnyStations, Tags
from scenarios.transport.clauses import EACH_STATION
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, READ, dialect, needs
from simulators.inbox import IncomingCall
from simulators.observation import Answer, Refusal, Silence, gist
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.1.1"

EASY = 10.0
"""Seconds in which any CALL is answered by a central system that station firmware gets on with."""


@scenario(
    "transport.synchronicity.one-call-at-a-time",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-a"]},
    needs=needs(READ, CLEAR_CACHE),
    mutants=["calls-not-queued"],
)
async def test_one_call_is_outstanding(station: Station, stations: AnyStations, csms: Csms, check: Checks) -> None:
    """While one CALL to a station is unanswered, no other is sent to it."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    await csms.perform(dialect(station).read())
    first = await station.next_call(need_name(READ[station.version.name]))
    for _ in range(2):
        await csms.perform(dialect(station).clear_cache())
        station.release("ClearCache")
    await csms.perform(dialect(other).clear_cache())
    await other.answer_by_default(await other.next_call("ClearCache"))

    early = [entry.text for entry in await station.calls_until_probe("ClearCache")]
    check.equal(early, [], clause=CLAUSE, level=SHOULD)
    await station.answer_by_default(first)
    await passed_on(station, csms, control=dialect(station).clear_cache())


@scenario(
    "transport.synchronicity.crossing-calls",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-b"]},
    needs=needs(CLEAR_CACHE),
    mutants=["crossing-call-refused", "unanswered-call-wedges"],
)
async def test_crossing_calls_are_served(station: Station, csms: Csms, check: Checks) -> None:
    """CALLs of the station are answered while a CALL of the central system is still unanswered."""
    await station.ready()

    for action, payload in (("Heartbeat", {}), dialect(station).meter_values(1)):
        await csms.perform(dialect(station).clear_cache())
        moment = await _answered(station, await station.next_call("ClearCache"), action, payload)
        check.graded(moment, good=["at once"], tolerable=["once its own CALL was answered"], clause=CLAUSE)


async def _answered(station: Station, pending: IncomingCall, action: str, payload: dict[str, Any]) -> str:
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
    "transport.synchronicity.silent-station-delays-no-other",
    versions=EVERY_VERSION,
    spec=[EACH_STATION],
    requirements={"1.6": ["J-4.1.1-c"]},
    needs=needs(CLEAR_CACHE),
    mutants=["one-queue-for-all"],
)
async def test_silent_station_delays_no_other(
    station: Station, stations: AnyStations, csms: Csms, check: Checks
) -> None:
    """A CALL is sent to one station while another leaves the one it got unanswered."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    await csms.perform(dialect(station).clear_cache())
    pending = await station.next_call("ClearCache")
    await csms.perform(dialect(other).clear_cache())
    call = await other.next_call("ClearCache")

    check.equal(call.action, "ClearCache", clause=EACH_STATION)
    await call.answer(status="Accepted")
    await pending.answer(status="Accepted")


@scenario(
    "transport.synchronicity.answers-in-time",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-h"]},
    mutants=["meter-values-unanswered"],
)
async def test_every_call_is_answered_in_time(station: Station, tags: Tags, check: Checks) -> None:
    """Each CALL of the Core profile is answered well before station firmware loses patience."""
    await station.connect()

    for action, payload in station.core_calls(tags.unknown()):
        sent = len(station.trace)
        outcome = await station.attempt(action, payload)
        if not isinstance(outcome, Answer | Refusal):
            raise Nonconformity(f"an answer to {action}", str(outcome), clause=cited(CLAUSE, station.version.name))
        taken = outcome.entry.at - station.trace[sent].at
        check.that(taken <= EASY, f"an answer within {EASY:g} s", observed=taken, clause=CLAUSE, level=SHOULD)


@scenario(
    "transport.synchronicity.pipelined-calls",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-i"]},
)
async def test_pipelined_calls_keep_their_answers(station: Station, tags: Tags, check: Checks) -> None:
    """Of CALLs sent without waiting, each is answered under its own unique id and with what it asked for."""
    await station.ready()
    calls = station.pipeline(*station.core_calls(tags.unknown())[1:])

    for call, _ in calls:
        await station.send(call)
    for call, answer in calls:
        outcome = await station.observe(answer)
        payload = outcome.payload if isinstance(outcome, Answer) else None
        fits = payload is not None and not station.version.schemas.violations(call.action, Kind.RESPONSE, payload)
        own = fits or isinstance(outcome, Refusal)
        check.that(own, f"an answer to {call.action}", observed=outcome, clause=CLAUSE, level=SHOULD)
