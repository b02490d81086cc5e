"""Text that is no OCPP message at all: OCPP-J section 4.2.3."""

from harness.ocppj import elements
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import AnyStations
from scenarios.transport.dialects import EVERY_VERSION
from simulators.aftermath import aftermath, sign_of_life
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.2.3"

UNREADABLE = ("{", "[]", "null", "[2", '"x"', "", "{}", "[" * 2**20)


@scenario(
    "transport.unreadable.survived",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-n"]},
    mutants=["unreadable-locks-out", "unreadable-stops-others", "unreadable-wedges"],
)
async def test_unreadable_text_is_survived(station: Station, stations: AnyStations, check: Checks) -> None:
    """After text that is not JSON or not a message, the station is served on, and others on their connections."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    for text in UNREADABLE:
        after = await aftermath(station, text)
        after.life.judge(check, clause=CLAUSE, closing=None)
        check.equal(after.results, (), clause=CLAUSE, level=SHOULD)
    (await sign_of_life(other)).judge(check, clause=CLAUSE)


@scenario(
    "v201.transport.unreadable.answered-without-id",
    spec=["OCPP-J 2.0.1 4.2.3"],
    mutants=["unreadable-answered-without-id"],
)
async def test_unreadable_text_has_no_id_of_its_own(station: Station, check: Checks) -> None:
    """A text in which no id can be read is dropped, or refused by a CALLERROR with the id -1."""
    await station.ready()

    for text in ("{", "[2", "nonsense"):
        after = await aftermath(station, text)
        ids = [(elements(reaction) or [None, None])[1] for reaction in after.texts]
        check.that(set(ids) <= {"-1"}, "nothing, or the id -1", observed=ids, clause=CLAUSE)
        after.life.judge(check, clause=CLAUSE, closing=None)
