"""Authorization by group: OCPP 2.0.1 C09."""

from dataclasses import dataclass

from harness.scenario import Member, family
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.answers import accepted, of_one_group
from simulators.v201 import ChargingStation, id_token

GROUP = "OCPP 2.0.1 C09.FR.02"


@dataclass(frozen=True, slots=True)
class Case:
    """Of which of the two tokens the station asks online before it uses them; the others are in its local list."""

    first: bool
    second: bool


MEMBERS = (
    ("online", "TC_C_39_CSMS", "after asking for both", Case(first=True, second=True)),
    ("local-list", "TC_C_40_CSMS", "both from its local list", Case(first=False, second=False)),
    ("not-in-the-local-list", "TC_C_43_CSMS", "asking for the second", Case(first=False, second=True)),
)


@family(
    Member(
        id=f"v201.authorization.group.{name}",
        title=f"Two tokens of a group that a station takes {how} are accepted, and said to be of one group.",
        case=case,
        spec=[GROUP, "OCPP 2.0.1 C09.FR.03"],
        octt=[octt],
        mutants=["token-group-lost", "event-group-lost", "stop-by-another-refused"],
    )
    for name, octt, how, case in MEMBERS
)
async def test_group_shares_a_transaction(station: ChargingStation, tags: Tags, check: Checks, case: Case) -> None:
    """One token of a group starts a transaction, and the other one stops it."""
    one, other = await tags.family()
    await station.ready()

    answers = [await station.authorize(one)] if case.first else []
    transaction = station.transaction(one)
    info = {"chargingState": "EVConnected"}
    answers.append(await transaction.started("Authorized", info=info, idToken=id_token(one)))
    await transaction.charging_state("Charging")
    answers += [await station.authorize(other)] if case.second else []
    answers.append(await transaction.ended(idToken=id_token(other)))

    accepted(check, *answers, clause="OCPP 2.0.1 E01.FR.12")
    of_one_group(check, answers, clause=GROUP)
