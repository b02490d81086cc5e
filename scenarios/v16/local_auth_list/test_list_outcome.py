"""What follows from the answer to a local list: OCPP 1.6 sections 5.15 and 7.47."""

from typing import Any

from harness.csms import LocalListReader, OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import SendLocalList
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 7.47"
FULL = "OCPP 1.6 5.15"


def _order(station: ChargePoint, update_type: str, tag: str) -> SendLocalList:
    entry: dict[str, Any] = {"idTag": tag, "idTagInfo": {"status": "Accepted"}}
    return SendLocalList(station=station.id, update_type=update_type, local_authorization_list=(entry,))


async def _answered(station: ChargePoint, csms: Csms, order: SendLocalList, status: str) -> object:
    """Have a list sent and answer it; return its version once the central system knows the answer."""
    request = await csms.perform(order)
    sent = await station.next_call("SendLocalList")
    await sent.answer(status=status)
    await csms.outcome(request)
    return sent.payload.get("listVersion")


async def _followed_by_full(station: ChargePoint, csms: Csms, tags: Tags, check: Checks, status: str) -> None:
    """Answer a differential list with a status, and check that a full list follows."""
    order = _order(station, "Differential", await tags.accepted())
    await station.ready()

    await csms.perform(order)
    differential = await station.next_call("SendLocalList")
    station.expect("SendLocalList")
    await differential.answer(status=status)
    full = await station.next_call("SendLocalList", level=SHOULD)
    check.equal(full.payload.get("updateType"), "Full", clause=FULL, level=SHOULD)
    await full.answer(status="Accepted")


@scenario(
    "v16.local-auth-list.list-outcome.version-mismatch",
    spec=[FULL, CLAUSE],
    requirements=["LAL-5.15-a"],
    needs=[SendLocalList],
)
async def test_mismatch_is_followed_by_full(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A full list follows a differential one whose version the station does not like."""
    await _followed_by_full(station, csms, tags, check, "VersionMismatch")


@scenario(
    "v16.local-auth-list.list-outcome.failed-differential",
    spec=[FULL, CLAUSE],
    requirements=["LAL-5.15-a"],
    needs=[SendLocalList],
)
async def test_failure_is_followed_by_full(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A full list follows a differential one that the station could not take."""
    await _followed_by_full(station, csms, tags, check, "Failed")


@scenario(
    "v16.local-auth-list.list-outcome.failed-full",
    spec=[FULL, CLAUSE],
    requirements=["LAL-5.15-b"],
    needs=[SendLocalList, OutcomeReader],
)
async def test_failure_of_full_is_the_end(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A full list that fails, or is not supported, is reported to the operator and not sent again."""
    order = _order(station, "Full", await tags.accepted())
    await station.ready()

    for status in ("Failed", "NotSupported"):
        request = await csms.perform(order)
        sent = await station.next_call("SendLocalList")
        station.expect("SendLocalList")
        await sent.answer(status=status)
        outcome = await csms.outcome(request)
        check.equal((outcome.state, outcome.status), ("answered", status), clause=CLAUSE, level=SHOULD)
        repeated = await station.calls_until_probe("SendLocalList")
        check.that(not repeated, "no further list", observed=f"{len(repeated)} lists", clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.local-auth-list.list-outcome.version",
    spec=[FULL, CLAUSE],
    requirements=["LAL-5.15-b"],
    needs=[SendLocalList, OutcomeReader, LocalListReader],
)
async def test_accepted_list_is_the_version(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The version that the operator sees is that of the list which the station accepted last."""
    tag = await tags.accepted()
    await station.ready()

    held = await _answered(station, csms, _order(station, "Full", tag), "Accepted")
    check.equal(await csms.ask(LocalListReader).local_list_version(station.id), held, clause=CLAUSE, level=SHOULD)
    for status in ("Failed", "NotSupported"):
        await _answered(station, csms, _order(station, "Full", tag), status)
        check.equal(await csms.ask(LocalListReader).local_list_version(station.id), held, clause=CLAUSE, level=SHOULD)
    held = await _answered(station, csms, _order(station, "Differential", tag), "Accepted")
    check.equal(await csms.ask(LocalListReader).local_list_version(station.id), held, clause=CLAUSE, level=SHOULD)
