"""Lines that are slow, narrow or cut messages into pieces, as mobile networks do, and lose nothing."""

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.scenario import PROXY, Declares, Takes, scenario
from harness.settings import PoliciesSection
from harness.verdict import SHOULD, Checks
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, dialect, needs
from simulators.network.network import Network
from simulators.network.toxics import Bandwidth, Latency, Slicer, Stream
from simulators.station import Answer, Station

CALLS = "OCPP-J {version} 4.1.1"
ANSWERED = "OCPP-J {version} 4.2"

LENGTH = 20_000
"""Bytes that a long message has at most."""


@scenario(
    "resilience.line.slow",
    versions=EVERY_VERSION,
    spec=[CALLS],
    needs=needs(CLEAR_CACHE, OutcomeReader, Declares("call_timeout"), PROXY),
    mutants=["calls-given-up-early"],
)
async def test_slow_line(
    station: Station, csms: Csms, network: Network, policies: PoliciesSection, check: Checks
) -> None:
    """An answer that takes its time on a slow line, but less than a CALL may take, is taken for one."""
    await station.ready()

    way = round((policies.call_timeout or 0.0) * 1000 / 16)
    async with network.toxic(Latency(latency=way)):
        asked = await csms.perform(dialect(station).clear_cache())
        await (await station.next_call("ClearCache")).answer(status="Accepted")
        outcome = await csms.outcome(asked)
    check.equal(outcome.status, "Accepted", clause=CALLS, level=SHOULD)


@scenario(
    "resilience.line.in-pieces",
    versions=EVERY_VERSION,
    spec=[ANSWERED, "RFC 6455 5.2"],
    needs=needs(CLEAR_CACHE, PROXY),
    mutants=["messages-in-one-piece"],
)
async def test_messages_in_pieces(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """Messages that arrive a few bytes at a time, on their way there and back, are taken like any other."""
    await station.ready()

    async with network.toxic(Slicer(average_size=50, size_variation=40, delay=500)):
        outcome = await station.attempt(*dialect(station).meter_values(20))
        check.that(isinstance(outcome, Answer), "its readings taken", observed=outcome, clause=ANSWERED)
        await csms.perform(dialect(station).clear_cache())
        await (await station.next_call("ClearCache")).answer(status="Accepted")
        outcome = await station.probe()
        check.that(isinstance(outcome, Answer), "a sign of life", observed=outcome, clause=ANSWERED)


@scenario(
    "resilience.line.narrow",
    versions=EVERY_VERSION,
    spec=[ANSWERED, "RFC 6455 5.2"],
    needs=[Takes(LENGTH), PROXY],
    mutants=["slow-message-cut-off"],
)
async def test_narrow_line(station: Station, network: Network, check: Checks) -> None:
    """A long message that takes a while to arrive on a narrow line is answered."""
    await station.ready()

    kilobytes_per_second = max(1, round(LENGTH / 1000 / station.patience * 3))
    async with network.toxic(Bandwidth(rate=kilobytes_per_second, streams=(Stream.UPSTREAM,))):
        outcome = await station.attempt(*dialect(station).meter_values(LENGTH // 100))
    check.that(isinstance(outcome, Answer), "its readings taken", observed=outcome, clause=ANSWERED)
