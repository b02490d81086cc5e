"""Tokens that a station takes from its authorization cache: OCPP 2.0.1 C12."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from simulators.observation import Answer
from simulators.v201 import ChargingStation, token_status

CLAUSE = "OCPP 2.0.1 C12.FR.03"


async def _charging_at_once(station: ChargingStation, tag: str) -> Answer:
    """Plug in, and charge with a token without having asked for it; return what is said of it in the end."""
    await station.ready()
    await station.status(1, 1, "Occupied")
    transaction = station.transaction(tag)
    await transaction.started("CablePluggedIn", info={"chargingState": "EVConnected"})
    return await transaction.authorized()


@scenario(
    "v201.authorization.authorization-cache.accepted",
    spec=[CLAUSE, "OCPP 2.0.1 E01.FR.12"],
    octt=["TC_C_08_CSMS"],
    mutants=["event-without-token-info"],
)
async def test_cached_token_is_accepted(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """The token of a station that charges without asking first is answered Accepted in the event that tells of it."""
    answer = await _charging_at_once(station, await tags.accepted())

    check.equal(token_status(answer), "Accepted", clause=CLAUSE)


@scenario(
    "v201.authorization.authorization-cache.no-longer-valid",
    spec=[CLAUSE, "OCPP 2.0.1 E01.FR.11", "OCPP 2.0.1 E01.FR.12"],
    octt=["TC_C_20_CSMS"],
    mutants=["event-token-not-verified"],
)
async def test_cached_token_is_verified(station: ChargingStation, tags: Tags, check: Checks) -> None:
    """A cached token that the CSMS does not accept is answered Unknown or Invalid in the event that tells of it."""
    answer = await _charging_at_once(station, tags.invalid())

    check.graded(token_status(answer), good=["Invalid", "Unknown"], clause=CLAUSE)
