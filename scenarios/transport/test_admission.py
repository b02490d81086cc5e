"""Who is let in, and how the others are turned away: OCPP-J section 3.2."""

from harness.csms import StationProvisioning
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.settings import PoliciesSection
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import AnyStations
from scenarios.transport.clauses import LET_IN
from scenarios.transport.dialects import EVERY_VERSION
from simulators.connection import Closed, Declined, Handshake, Upgraded
from simulators.rawsocket import Ended, HttpAnswer
from simulators.station import Answer, Station


@scenario(
    "transport.admission.unknown-station-refused",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.2"],
    requirements={"1.6": ["J-3.2-e"]},
    mutants=["unknown-station-stack-trace", "unknown-station-admitted"],
)
async def test_unknown_station_is_refused(
    station: Station, stations: AnyStations, policies: PoliciesSection, check: Checks
) -> None:
    """A station whose identity is unknown is refused with status 404 and gets no WebSocket."""
    stranger = await stations.new(_unknown(), registered=False)

    seen = await _reception(stranger, await stranger.knock())

    open_to_all = ["admitted"] if policies.unknown_stations in ("accepted", None) else []
    tolerable = ["another refusal", "not accepted", "closed", *open_to_all]
    check.graded(seen, good=["HTTP 404"], tolerable=tolerable, clause="OCPP-J {version} 3.2")
    await station.connect()  # while one that is known is let in


@scenario(
    "transport.admission.let-in-once-registered",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.2", LET_IN],
    requirements={"1.6": ["J-3.2-f"]},
    needs=[StationProvisioning],
)
async def test_station_is_let_in_once_registered(stations: AnyStations, csms: Csms, check: Checks) -> None:
    """A station that was turned away as unknown is let in as soon as it has been registered."""
    station = await stations.new(_unknown(), registered=False)
    await station.knock()

    await csms.register(station.id)
    seen = await _reception(station, await station.knock())
    await csms.forget(station.id)

    check.equal(seen, "admitted", clause=LET_IN, level=SHOULD)


@scenario(
    "transport.admission.refusal-is-complete",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.2", "RFC 6455 4.2.2"],
    requirements={"1.6": ["J-3.2-g"]},
    mutants=["unknown-station-stack-trace"],
)
async def test_refusal_is_complete(
    station: Station, stations: AnyStations, policies: PoliciesSection, check: Checks
) -> None:
    """A handshake that is refused gets a status that blames the request, and the TCP connection is closed."""
    requests: list[tuple[Station, dict[str, str | None]]] = [
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
        check.that(blamed, "a status below 500", observed=answer, clause="OCPP-J {version} 3.2", level=SHOULD)
        closed = isinstance(ended, Ended)
        check.that(closed, "TCP closed", observed=ended, clause="RFC 6455 4.2.2", level=SHOULD)
    await station.connect()  # while a good handshake is granted


def _unknown() -> str:
    """Return an identity that no central system knows."""
    return f"UNKNOWN-{Station.new_id()[:8]}"


async def _reception(station: Station, outcome: Handshake) -> str:
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
