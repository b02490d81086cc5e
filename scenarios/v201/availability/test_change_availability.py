"""ChangeAvailability: OCPP 2.0.1 G03, G04."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.csms.console import Csms
from harness.csms.v201 import ChangeAvailability
from harness.ocppj import Payload
from harness.scenario import Member, family
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.ordered import ordered, reported
from simulators.v201 import ChargingStation

REQUEST = "OCPP 2.0.1 G03.FR.01"


@dataclass(frozen=True, slots=True)
class Case:
    """What is to change: ``evse`` as it is named, and the connectors that it concerns."""

    evse: Payload | None
    concerned: tuple[tuple[int, int], ...]
    status: str = "Operative"


TARGETS = {
    "evse": ({"id": 1}, ((1, 1),)),
    "station": (None, ((1, 1), (2, 1))),
    "connector": ({"id": 1, "connectorId": 1}, ((1, 1),)),
}
OCTT = {
    ("evse", "Inoperative"): "TC_G_03_CSMS",
    ("evse", "Operative"): "TC_G_04_CSMS",
    ("station", "Inoperative"): "TC_G_05_CSMS",
    ("station", "Operative"): "TC_G_06_CSMS",
    ("connector", "Inoperative"): "TC_G_07_CSMS",
    ("connector", "Operative"): "TC_G_08_CSMS",
}
SCHEDULED = {"evse": "TC_G_11_CSMS", "station": "TC_G_14_CSMS", "connector": "TC_G_17_CSMS"}
ADDRESS = {"evse": ["availability-evse-lost"], "station": [], "connector": ["availability-connector-lost"]}


def _changes() -> Iterator[Member]:
    for (target, status), case in OCTT.items():
        evse, concerned = TARGETS[target]
        unavailable = ["unavailable-report-refused"] if status == "Inoperative" else []
        yield Member(
            id=f"v201.availability.change.{target}-{status.lower()}",
            title=f"The {target} is made {status.lower()}, and the reports that follow are confirmed.",
            case=Case(evse, concerned, status),
            spec=[REQUEST],
            octt=[case],
            needs=[ChangeAvailability],
            mutants=["operational-status-swapped", *ADDRESS[target], *unavailable],
        )


@family(_changes())
async def test_availability_is_changed(station: ChargingStation, csms: Csms, check: Checks, case: Case) -> None:
    """The order arrives as it was given, and what the station then reports is confirmed."""
    await station.ready()

    order = ChangeAvailability(station=station.id, operational_status=case.status, evse=case.evse)
    change = await ordered(station, csms, order, check, clause=REQUEST)
    await change.answer(status="Accepted")
    await reported(station, check, "Available" if case.status == "Operative" else "Unavailable", *case.concerned)


def _scheduled() -> Iterator[Member]:
    for target, case in SCHEDULED.items():
        evse, concerned = TARGETS[target]
        yield Member(
            id=f"v201.availability.change.{target}-in-use",
            title=f"The {target} is made inoperative once the transaction on it has ended.",
            case=Case(evse, concerned, "Inoperative"),
            spec=[REQUEST],
            octt=[case],
            needs=[ChangeAvailability],
            mutants=["operational-status-swapped", "unavailable-report-refused", *ADDRESS[target]],
        )


@family(_scheduled())
async def test_change_waits_for_the_transaction(
    station: ChargingStation, csms: Csms, tags: Tags, check: Checks, case: Case
) -> None:
    """The change of what is in use is scheduled; free connectors report at once, the busy one at the end."""
    transaction = await station.charging(await tags.accepted())

    order = ChangeAvailability(station=station.id, operational_status=case.status, evse=case.evse)
    change = await ordered(station, csms, order, check, clause=REQUEST)
    await change.answer(status="Scheduled")
    free = [place for place in case.concerned if place != (transaction.evse, 1)]
    if free:
        await reported(station, check, "Unavailable", *free)
    await transaction.ended(idToken=transaction.id_token)
    await reported(station, check, "Unavailable", (transaction.evse, 1))
