"""Who is let in, and how the others are turned away: OCPP-J 1.6 section 3.2."""

from harness.csms import StationProvisioning
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.settings import PoliciesSection
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Stations
from simulators.connection import Closed, Declined, Handshake, Upgraded
from simulators.rawsocket import Ended, HttpAnswer
from simulators.station import Answer
from simulators.v16 import ChargePoint


@scenario(
    "v16.transport.admission.unknown-station-refused",
    spec=["OCPP-J 1.6 3.2"],
    requirements=["J-3.2-e"],
    mutants=["unknown-station-stack-trace", "unknown-station-admitted"],
)
async def test_unknown_station_is_refused(
    station: ChargePoint, stations: Stations, policies: PoliciesSection, check: Checks
) -> None:
    """A station whose identity is unknown is refused with status 404 and gets no WebSocket."""
    stranger = await stations.new(_unknown(), registered=False)

    seen = await _reception(stranger, await stranger.knock())

    open_to_all = ["admitted"] if policies.unknown_stations in ("accepted", None) else []
    tolerable = ["another refusal", "not accepted", "closed", *open_to_all]
    check.graded(seen, good=["HTTP 404"], tolerable=tolerable, clause="OCPP-J 1.6 3.2")
    await station.connect()  # while one that is known is let in


@scenario(
    "v16.transport.admission.let-in-once-registered",
    spec=["OCPP-J 1.6 3.2", "OCPP-J 1.6 errata 3.3"],
    requirements=["J-3.2-f"],
    needs=[StationProvisioning],
)
async def test_station_is_let_in_once_registered(stations: Stations, csms: Csms, check: Checks) -> None:
    """A station that was turned away as unknown is let in as soon as it has been registered."""
    station = await stations.new(_unknown(), registered=False)
    await station.knock()

    await csms.register(station.id)
    seen = await _reception(station, await station.knock())
    await csms.forget(station.id)

    check.equal(seen, "admitted", clause="OCPP-J 1.6 errata 3.3", level=SHOULD)


@scenario(
    "v16.transport.admission.refusal-is-complete",
    spec=["OCPP-J 1.6 3.2", "RFC 6455 4.2.2"],
    requirements=["J-3.2-g"],
    mutants=["unknown-station-stack-trace"],
)
async def test_refusal_is_complete(
    station: ChargePoint, stations: Stations, policies: PoliciesSection, check: Checks
) -> None:
    """A handshake that is refused gets a status that blames the request, and the TCP connection is closed."""
    requests: list[tuple[ChargePoint, dict[str, str | None]]] = [
        (station, {"Sec_WebSocket_Key": None}),
        (station, {"Sec_WebSocket_Version": "12"}),
        (station, {"Upgrade": None, "Connection": "close"}),
        (station, {"Sec_WebSocket_Protocol": "ocpp0.1"}),
    ]
    if policies.unknown_stations in (None, "refused"):
        requests.append((await stations.new(_unknown(), registered=False), {}))
    for one, changed in requests:
        async with one.raw_socket() as raw:
            answer = await raw.handshake(raw.request(**changed))
            upgraded = isinstance(answer, HttpAnswer) and answer.status == 101
            ended = (await raw.until_closed()).how if upgraded else await raw.wait_closed()
        blamed = isinstance(answer, HttpAnswer) and answer.status < 500
        check.that(blamed, "a status below 500", observed=answer, clause="OCPP-J 1.6 3.2", level=SHOULD)
        closed = isinstance(ended, Ended)
        check.that(closed, "TCP closed", observed=ended, clause="RFC 6455 4.2.2", level=SHOULD)
    await station.connect()  # while a good handshake is granted


def _unknown() -> str:
    """Return an identity that no central system knows."""
    return f"UNKNOWN-{ChargePoint.new_id()[:8]}"


async def _reception(station: ChargePoint, outcome: Handshake) -> str:
    """Return in a word how the central system receives a station that has knocked and now boots."""
    if isinstance(outcome, Declined) and outcome.status is not None:
        return "HTTP 404" if outcome.status == 404 else "another refusal"
    if not isinstance(outcome, Upgraded):
        return str(outcome)
    match await station.attempt("BootNotification", station.identity):
        case Answer(payload):
            return "admitted" if payload.get("status") == "Accepted" else "not accepted"
        case Closed():
            return "closed"
        case observed:
            return str(observed)
