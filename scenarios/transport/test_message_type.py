"""The message type number: OCPP-J 1.6 section 4.1.3."""

from harness import rules
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.evoked import evoked
from scenarios.stage.population import Tags
from simulators.aftermath import aftermath
from simulators.v16 import ChargePoint
from simulators.v16.messages import core_calls

CLAUSE = "OCPP-J 1.6 4.1.3"


@scenario(
    "v16.transport.message-type.known-only",
    spec=["OCPP-J 1.6 4.1.3"],
    requirements=["J-4.1.3-a"],
    mutants=["error-type-as-text"],
)
async def test_only_known_message_types_are_sent(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke messages; that each begins with the integer 2, 3 or 4 is a rule of the wire."""
    await station.connect()
    for action, payload in (*core_calls(tags.unknown()), ("NoSuchAction", {})):
        await station.attempt(action, payload)

    evoked(rules.MESSAGE_TYPE, station, check)


@scenario(
    "v16.transport.message-type.unknown-ignored",
    spec=["OCPP-J 1.6 4.1.3"],
    requirements=["J-4.1.3-b"],
    mutants=["unknown-type-locks-out"],
)
async def test_unknown_message_types_are_ignored(station: ChargePoint, check: Checks) -> None:
    """A message of an unknown type brings about nothing, and the session goes on."""
    await station.ready()

    for message in ([5, station.new_id(), "Heartbeat", {}], [1, station.new_id(), "Heartbeat", {}], [99, "x"]):
        after = await aftermath(station, message)
        check.equal(after.texts, (), clause=CLAUSE, level=SHOULD)
        after.life.judge(check, clause=CLAUSE, closing=SHOULD)
