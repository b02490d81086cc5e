"""Signs of life: WebSocket pings and half-open connections (OCPP-J 1.6 section 5.3)."""

from harness.csms import StationReader
from harness.csms.console import Csms
from harness.scenario import Declares, scenario
from harness.settings import PoliciesSection
from harness.verdict import POLICY, SHOULD, Checks
from simulators.rawsocket import Ended, Opcode, RawFrame, frame
from simulators.v16 import ChargePoint


@scenario(
    "v16.transport.keep-alive.pings-suffice",
    spec=["OCPP-J 1.6 5.3", "OCPP 1.6 4.6"],
    requirements=["J-5.3-a"],
    needs=[StationReader, Declares("silence_limit")],
    mutants=["idle-dropped"],
)
async def test_pings_keep_the_connection_alive(
    station: ChargePoint, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """A station that sends pings and no Heartbeat stays connected, and is shown so, beyond the silence limit."""
    await station.ready()
    limit = policies.silence_limit or 0.0

    ended = await station.linger(1.25 * limit, every=limit / 5)

    check.that(ended is None, "the connection open", observed=ended, clause="OCPP-J 1.6 5.3", level=SHOULD)
    online = (await csms.ask(StationReader).station(station.id)).online
    check.that(online is not False, "shown as online", observed=online, clause="OCPP-J 1.6 5.3", level=SHOULD)


@scenario(
    "v16.transport.keep-alive.central-system-pings",
    spec=["OCPP-J 1.6 5.3"],
    requirements=["J-5.3-b"],
    needs=[Declares("silence_limit")],
)
async def test_answered_pings_of_the_central_system_keep_the_connection(
    station: ChargePoint, policies: PoliciesSection, check: Checks
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
    check.that(stays, "the connection open", observed=answer, clause="OCPP-J 1.6 5.3", level=SHOULD, axis=POLICY)


@scenario(
    "v16.transport.keep-alive.half-open-detected",
    spec=["OCPP-J 1.6 errata 3.9"],
    requirements=["J-5.3-c"],
    needs=[StationReader, Declares("silence_limit")],
    mutants=["half-open-unnoticed"],
)
async def test_half_open_connection_is_detected(
    station: ChargePoint, csms: Csms, policies: PoliciesSection, check: Checks
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
    check.that(closed, "the connection closed", observed=ended, clause="OCPP-J 1.6 errata 3.9", level=SHOULD)
    check.that(online is not True, "shown as offline", observed=online, clause="OCPP-J 1.6 errata 3.9", level=SHOULD)
