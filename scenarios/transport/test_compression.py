"""Compression is left to WebSocket: RFC 7692, OCPP-J 1.6 section 5.1."""

from harness.scenario import scenario
from harness.trace import Event
from harness.verdict import POLICY, SHOULD, Checks
from simulators.station import Answer
from simulators.v16 import ChargePoint


@scenario(
    "v16.transport.compression.accepted-or-declined",
    spec=["RFC 6455 9.1", "RFC 7692 5"],
    requirements=["WS-9.1-a"],
    mutants=["compression-broken"],
)
async def test_offer_of_compression_does_no_harm(station: ChargePoint, check: Checks) -> None:
    """Whether the offer of permessage-deflate is accepted or declined, messages are answered."""
    await station.connect(compression=True)

    for action, payload in (("BootNotification", station.identity), ("Heartbeat", {})):
        outcome = await station.attempt(action, payload)
        served, expected = isinstance(outcome, Answer), f"a CALLRESULT to {action}"
        check.that(served, expected, observed=outcome, clause="RFC 6455 9.1", level=SHOULD, axis=POLICY)


@scenario(
    "v16.transport.compression.none-of-its-own",
    spec=["OCPP-J 1.6 5.1"],
    requirements=["J-5.1-a"],
)
async def test_messages_are_plain_json(station: ChargePoint, check: Checks) -> None:
    """Messages are plain JSON text, with and without the compression that WebSocket offers."""
    for compression in (False, True):
        await station.connect(compression=compression)
        await station.attempt("BootNotification", station.identity)
        await station.probe()

    for entry in station.received():
        if entry.event in (Event.TEXT, Event.BINARY):
            plain = entry.event is Event.TEXT and entry.frame is not None
            clause, label = "OCPP-J 1.6 5.1", entry.label()
            check.that(plain, "plain JSON", observed=label, clause=clause, level=SHOULD, at=entry.index)
