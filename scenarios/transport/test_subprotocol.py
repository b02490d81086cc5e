"""Agreement on the OCPP version by WebSocket subprotocol: OCPP-J sections 3.1.2 and 3.2."""

from collections.abc import Mapping, Sequence

from harness.ocppj import CallResult, Payload
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.transport.dialects import EVERY_VERSION
from simulators.connection import Closed, Declined, Upgraded
from simulators.rawsocket import HttpAnswer
from simulators.station import Silence, Station

BOOTS: Mapping[str, Payload] = {
    "ocpp1.6": {"chargePointVendor": "plugfest", "chargePointModel": "simulated"},
    "ocpp2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "plugfest", "model": "simulated"}},
}
"""Subprotocol → the least BootNotification of its version."""

NO_SESSION = ("the handshake refused", "the connection closed at once")
NO_USE = ("a connection without answers", "the handshake refused with a server error")


@scenario(
    "transport.subprotocol.selected",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.1.2", "OCPP-J {version} 3.2"],
    requirements={"1.6": ["J-3.1.2-a", "J-3.2-a"]},
    mutants=["subprotocol-unnamed", "subprotocol-upper-case"],
    smoke=True,
)
async def test_version_is_selected(station: Station, check: Checks) -> None:
    """The subprotocol of the version is agreed on, and named in the answer exactly so."""
    async with station.raw_socket() as raw:
        answer = await raw.handshake(raw.request(Sec_WebSocket_Protocol=station.subprotocol))

    check.equal(str(answer), "HTTP 101", clause="OCPP-J {version} 3.1.2")
    named = answer.headers.get("sec-websocket-protocol") if isinstance(answer, HttpAnswer) else str(answer)
    check.equal(named, station.subprotocol, clause="OCPP-J {version} 3.2")


@scenario(
    "transport.subprotocol.one-of-those-offered",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.2"],
    requirements={"1.6": ["WS-4.2.2-e"]},
    mutants={"1.6": ["subprotocol-all-named", "subprotocol-assumed"], "2.0.1": ["subprotocol-all-named"]},
)
async def test_at_most_one_offered_subprotocol_is_named(station: Station, check: Checks) -> None:
    """The answer to a handshake names no subprotocol, or one of those that the station offered."""
    own = station.subprotocol
    for offered in ([own], ["ocpp0.1", "soap"], ["ocpp2.0.1", "ocpp1.6"], [own, "ocpp1.5", "ocpp1.2"]):
        async with station.raw_socket() as raw:
            answer = await raw.handshake(raw.request(Sec_WebSocket_Protocol=", ".join(offered)))
        named = answer.headers.get("sec-websocket-protocol") if isinstance(answer, HttpAnswer) else None
        expected = f"at most one of {', '.join(offered)}"
        check.that(named is None or named in offered, expected, observed=named, clause="RFC 6455 4.2.2")
    await station.connect()  # while a good handshake is granted


@scenario(
    "transport.subprotocol.stations-preference",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.1.2", "OCPP-J {version} 3.1.3"],
    requirements={"1.6": ["J-3.1.2-b"]},
)
async def test_first_supported_subprotocol_is_selected(station: Station, check: Checks) -> None:
    """Of several versions that both sides speak, the one that the station lists first is selected."""
    own = station.subprotocol
    for other in ("ocpp1.5", *(one for one in BOOTS if one != own)):
        spoken = await station.knock(subprotocols=[other])
        both = isinstance(spoken, Upgraded) and spoken.subprotocol == other
        for offered in ([own, other], [other, own]):
            first = offered[0] if both else own
            outcome = await station.knock(subprotocols=offered)
            chosen = outcome.subprotocol if isinstance(outcome, Upgraded) else str(outcome)
            check.equal(chosen, first, clause="OCPP-J {version} 3.1.2", level=SHOULD)


@scenario(
    "transport.subprotocol.chosen-one-served",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.1.2", "OCPP-J {version} 3.2"],
    requirements={"1.6": ["J-3.1.2-a", "J-3.2-b"]},
    mutants=["mixed-offer-unserved"],
)
async def test_chosen_version_is_served(station: Station, check: Checks) -> None:
    """Whichever version is chosen from an offer of two, a BootNotification of that version is answered."""
    for offered in ("ocpp2.0.1, ocpp1.6", "ocpp1.6, ocpp2.0.1"):
        async with station.raw_socket() as raw:
            upgrade = await raw.handshake(raw.request(Sec_WebSocket_Protocol=offered))
            chosen = upgrade.headers.get("sec-websocket-protocol", "") if isinstance(upgrade, HttpAnswer) else ""
            if chosen not in BOOTS:
                raise Inconclusive(f"none of {offered} was chosen: {upgrade}")
            outcome = await raw.answer(await raw.call("BootNotification", BOOTS[chosen]))
        served = isinstance(outcome, CallResult) and "status" in outcome.payload
        expected = f"a status for a BootNotification of {chosen}"
        check.that(served, expected, observed=outcome, clause="OCPP-J {version} 3.2")


@scenario(
    "transport.subprotocol.unknown-one-passed-over",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.2"],
    requirements={"1.6": ["J-3.2-b"]},
    mutants=["subprotocol-first-only"],
)
async def test_unknown_subprotocol_is_passed_over(station: Station, check: Checks) -> None:
    """A subprotocol that is not spoken does not keep another, offered beside it, from being selected."""
    outcome = await station.knock(subprotocols=["ocpp0.1", station.subprotocol])

    chosen = outcome.subprotocol if isinstance(outcome, Upgraded) else str(outcome)
    if check.equal(chosen, station.subprotocol, clause="OCPP-J {version} 3.2"):
        check.equal((await station.boot()).payload.get("status"), "Accepted", clause="OCPP-J {version} 3.2")


@scenario(
    "transport.subprotocol.unknown-not-served",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.2"],
    requirements={"1.6": ["J-3.2-c"]},
    mutants={"1.6": ["subprotocol-not-needed", "subprotocol-assumed"], "2.0.1": ["subprotocol-not-needed"]},
)
async def test_unknown_subprotocol_is_not_served(station: Station, check: Checks) -> None:
    """A station that offers no subprotocol that is spoken is turned away: no OCPP message is answered."""
    seen = await _session(station, ["ocpp0.1"])
    check.graded(seen, good=NO_SESSION, tolerable=NO_USE, clause="OCPP-J {version} 3.2")
    await station.connect()  # while a good handshake is granted


@scenario(
    "transport.subprotocol.none-not-assumed",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.1.2", "OCPP-J {version} 3.2"],
    requirements={"1.6": ["J-3.2-d"]},
)
async def test_no_version_is_assumed(station: Station, check: Checks) -> None:
    """A handshake that names no subprotocol does not become a session of an assumed version."""
    seen = await _session(station, [])
    check.graded(seen, good=NO_SESSION, clause="OCPP-J {version} 3.1.2", level=SHOULD)
    await station.connect()  # while a good handshake is granted


@scenario(
    "transport.subprotocol.negotiated",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.2"],
    octt={"1.6": ["TC_088_CSMS"], "2.0.1": ["TC_B_58_CSMS"]},
    requirements={"1.6": ["J-3.2-a", "J-3.2-b", "J-3.2-c"]},
    mutants=["subprotocol-not-needed", "subprotocol-first-only", "subprotocol-upper-case"],
)
async def test_subprotocol_is_negotiated(station: Station, check: Checks) -> None:
    """A station that offers only an unknown version gets no session, and one as soon as it offers a known one too.

    The certification case expects that the first handshake is not upgraded; OCPP-J 3.2 completes it without a
    subprotocol and then closes. Both are right.
    """
    seen = await _session(station, ["ocpp0.1"])
    check.graded(seen, good=NO_SESSION, tolerable=NO_USE, clause="OCPP-J {version} 3.2")

    async with station.raw_socket() as raw:
        answer = await raw.handshake(raw.request(Sec_WebSocket_Protocol=f"ocpp0.1,{station.subprotocol}"))
    check.equal(str(answer), "HTTP 101", clause="OCPP-J {version} 3.2")
    named = answer.headers.get("sec-websocket-protocol") if isinstance(answer, HttpAnswer) else str(answer)
    check.equal(named, station.subprotocol, clause="OCPP-J {version} 3.2")


@scenario(
    "transport.subprotocol.several-headers",
    versions=EVERY_VERSION,
    spec=["RFC 6455 11.3.4", "OCPP-J {version} 3.2"],
    requirements={"1.6": ["J-3.2-b"]},
    mutants=["subprotocol-first-header-only"],
)
async def test_subprotocols_may_come_in_several_headers(station: Station, check: Checks) -> None:
    """Subprotocols in a header each are one list: the one in the second header is selected."""
    async with station.raw_socket() as raw:
        first = raw.request(Sec_WebSocket_Protocol="ocpp0.1")
        both = first.replace(b"\r\n\r\n", f"\r\nSec-WebSocket-Protocol: {station.subprotocol}\r\n\r\n".encode())
        answer = await raw.handshake(both)

    named = answer.headers.get("sec-websocket-protocol") if isinstance(answer, HttpAnswer) else str(answer)
    check.equal(named, station.subprotocol, clause="RFC 6455 11.3.4", level=SHOULD)


async def _session(station: Station, offered: Sequence[str]) -> str:
    """Return what becomes of a station that offers these subprotocols and boots."""
    outcome = await station.knock(subprotocols=offered)
    if isinstance(outcome, Declined) and outcome.status is not None:
        return NO_SESSION[0] if outcome.status < 500 else NO_USE[1]
    if not isinstance(outcome, Upgraded):
        return str(outcome)
    match await station.attempt("BootNotification", station.identity):
        case Closed():
            return NO_SESSION[1]
        case Silence():
            return NO_USE[0]
        case answer:
            return str(answer)
