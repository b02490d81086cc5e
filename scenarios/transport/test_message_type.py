"""The message type number: OCPP-J section 4.1.3."""

from collections.abc import Sequence
from typing import Any

from harness import rules
from harness.ocppj import elements
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.evoked import evoked
from scenarios.stage.population import Tags
from scenarios.transport.dialects import EVERY_VERSION
from simulators.aftermath import aftermath
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.1.3"


def unknown(station: Station) -> Sequence[Sequence[Any]]:
    """Return messages of types that this version does not have."""
    return [5, station.new_id(), "Heartbeat", {}], [1, station.new_id(), "Heartbeat", {}], [99, "x"]


@scenario(
    "transport.message-type.known-only",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.3"],
    requirements={"1.6": ["J-4.1.3-a"]},
    mutants=["error-type-as-text"],
)
async def test_only_known_message_types_are_sent(station: Station, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke messages; that each begins with the integer 2, 3 or 4 is a rule of the wire."""
    await station.connect()
    for action, payload in (*station.core_calls(tags.unknown()), ("NoSuchAction", {})):
        await station.attempt(action, payload)

    evoked(rules.MESSAGE_TYPE, station, check)


@scenario(
    "v16.transport.message-type.unknown-ignored",
    spec=["OCPP-J 1.6 4.1.3"],
    requirements=["J-4.1.3-b"],
    mutants=["unknown-type-locks-out"],
)
async def test_unknown_message_types_are_ignored(station: Station, check: Checks) -> None:
    """A message of an unknown type brings about nothing, and the session goes on."""
    await station.ready()

    for message in unknown(station):
        after = await aftermath(station, message)
        check.equal(after.texts, (), clause=CLAUSE, level=SHOULD)
        after.life.judge(check, clause=CLAUSE, closing=SHOULD)


@scenario(
    "v201.transport.message-type.unknown-refused",
    spec=["OCPP-J 2.0.1 4.1.3", "OCPP-J 2.0.1 4.4"],
    mutants=["unknown-type-format-violation"],
)
async def test_unknown_message_types_are_refused(station: Station, check: Checks) -> None:
    """A message of an unknown type is answered with MessageTypeNotSupported, its payload ignored."""
    await station.ready()

    for message in unknown(station):
        after = await aftermath(station, message)
        codes = [(elements(text) or [])[2:3] for text in after.texts]
        check.equal(codes, [["MessageTypeNotSupported"]], clause="OCPP-J 2.0.1 4.4", level=SHOULD)
        after.life.judge(check, clause=CLAUSE, closing=SHOULD)
