"""Text that is no OCPP message at all: OCPP-J 1.6 section 4.2.3."""

from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Stations
from simulators.aftermath import aftermath, sign_of_life
from simulators.v16 import ChargePoint

CLAUSE = "OCPP-J 1.6 4.2.3"

UNREADABLE = ("{", "[]", "null", "[2", '"x"', "", "{}", "[" * 2**20)


@scenario(
    "v16.transport.unreadable.survived",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-n"],
    mutants=["unreadable-locks-out", "unreadable-stops-others", "unreadable-wedges"],
)
async def test_unreadable_text_is_survived(station: ChargePoint, stations: Stations, check: Checks) -> None:
    """After text that is not JSON or not a message, the station is served on, and others on their connections."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    for text in UNREADABLE:
        after = await aftermath(station, text)
        after.life.judge(check, clause=CLAUSE, closing=None)
        check.equal(after.results, (), clause=CLAUSE, level=SHOULD)
    (await sign_of_life(other)).judge(check, clause=CLAUSE)
