"""A master pass, which ends the transactions of others: OCPP 2.0.1 C16."""

from dataclasses import dataclass

from harness.scenario import Member, family
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.answers import accepted, of_one_group
from simulators.v201 import ChargingStation, id_token


@dataclass(frozen=True, slots=True)
class Case:
    """How many of the two transactions end, and whether their ends name the master pass or their own tokens."""

    ends: int
    names_master: bool


MEMBERS = (
    ("all", "TC_C_47_CSMS", "OCPP 2.0.1 C16.FR.01", "so are the ends of all transactions", Case(2, names_master=True)),
    (
        "one",
        "TC_C_48_CSMS",
        "OCPP 2.0.1 C16.FR.01",
        "so is the end of the one that was chosen",
        Case(1, names_master=True),
    ),
    (
        "without-choice",
        "TC_C_49_CSMS",
        "OCPP 2.0.1 C16.FR.02",
        "so are the ends by their own tokens",
        Case(2, names_master=False),
    ),
)


@family(
    Member(
        id=f"v201.authorization.master-pass.{name}",
        title=f"A master pass is accepted with its group, and {which}.",
        case=case,
        spec=[clause, "OCPP 2.0.1 C09.FR.02"],
        octt=[octt],
        mutants=["token-group-lost", "master-pass-refused"],
    )
    for name, octt, clause, which, case in MEMBERS
)
async def test_master_pass_ends_transactions(station: ChargingStation, tags: Tags, check: Checks, case: Case) -> None:
    """Two EVSEs are charging when a token is presented whose group may end transactions of others."""
    (master, _), holders = await tags.family(), (await tags.accepted(), await tags.second())
    running = [await station.charging(tag, evse=evse) for evse, tag in enumerate(holders, 1)]

    answers = [await station.authorize(master)]
    ends = [
        await one.ended("StopAuthorized", "MasterPass", idToken=id_token(master) if case.names_master else one.id_token)
        for one in running[: case.ends]
    ]

    accepted(check, *answers, *ends, clause="OCPP 2.0.1 E01.FR.12")
    of_one_group(check, [*answers, *ends] if case.names_master else answers, clause="OCPP 2.0.1 C09.FR.02")
