"""Signs of life: WebSocket pings and half-open connections (OCPP-J section 5.3)."""

from harness.csms import StationReader
from harness.csms.console import Csms
from harness.scenario import Declares, scenario
from harness.settings import PoliciesSection
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.transport.clauses import HEARTBEAT, PINGS, SECOND_CONNECTION
from scenarios.transport.dialects import EVERY_VERSION
from simulators.rawsocket import Ended, Opcode, RawFrame, frame
from simulators.station import Station


@scenario(
    "transport.keep-alive.pings-suffice",
    versions=EVERY_VERSION,
    spec=[PINGS, HEARTBEAT],
    requirements={"1.6": ["J-5.3-a"]},
    needs=[StationReader, Declares("silence_limit")],
    mutants=["idle-dropped"],
)
async def test_pings_keep_the_connection_alive(
    station: Station, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """A station that sends pings and no Heartbeat stays connected, and is shown so, beyond the silence limit."""
    await station.ready()
    limit = policies.silence_limit or 0.0

    ended = await station.linger(1.25 * limit, every=limit / 5)

    check.that(ended is None, "the connection open", observed=ended, clause=PINGS, level=SHOULD)
    online = (await csms.ask(StationReader).station(station.id)).online
    check.that(online is not False, "shown as online", observed=online, clause=PINGS, level=SHOULD)


@scenario(
    "transport.keep-alive.central-system-pings",
    versions=EVERY_VERSION,
    spec=[PINGS],
    requirements={"1.6": ["J-5.3-b"]},
    needs=[Declares("silence_limit")],
)
async def test_answered_pings_of_the_central_system_keep_the_connection(
    station: Station, policies: PoliciesSection, check: Checks
) -> None:
    """Where the central system pings, a station that answers with pongs stays connected."""
    await station.ready()
    await station.disconnect()
    async with station.raw_socket() as raw:
        await raw.upgrade()
        raw.patience = policies.silence_limit or 0.0
        for _ in range(3):
            if isinstance(ping := await raw.next_of(Opcode.PING), RawFrame):
                await raw.send(frame(ping.payload, Opcode.PONG))
        raw.patience = station.patience
        answer = await raw.answer(await raw.call("Heartbeat"))
    stays = not isinstance(answer, Ended)
    check.that(stays, "the connection open", observed=answer, clause=PINGS, level=SHOULD, axis=POLICY)


@scenario(
    "transport.keep-alive.half-open-detected",
    versions=EVERY_VERSION,
    spec=[SECOND_CONNECTION],
    requirements={"1.6": ["J-5.3-c"]},
    needs=[StationReader, Declares("silence_limit")],
    mutants=["half-open-unnoticed"],
)
async def test_half_open_connection_is_detected(
    station: Station, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """A station that has fallen silent without closing is given up, and shown as offline, in the declared time."""
    await station.ready()
    await station.disconnect()
    async with station.raw_socket() as raw:
        await raw.upgrade()
        raw.patience = (policies.silence_limit or 0.0) + station.patience
        ended = await raw.wait_closed()
        online = (await csms.ask(StationReader).station(station.id)).online

    closed = isinstance(ended, Ended)
    check.that(closed, "the connection closed", observed=ended, clause=SECOND_CONNECTION, level=SHOULD)
    check.that(online is not True, "shown as offline", observed=online, clause=SECOND_CONNECTION, level=SHOULD)
