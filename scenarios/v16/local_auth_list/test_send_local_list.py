"""SendLocalList and what a station answers to it: OCPP 1.6 section 5.15."""

from collections.abc import Mapping
from typing import Any

from harness.csms.console import Csms
from harness.csms.v16 import SendLocalList
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.aftermath import sign_of_life
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.41"
ENTRY = "OCPP 1.6 7.1"


def _entry(tag: str) -> dict[str, Any]:
    return {"idTag": tag, "idTagInfo": {"status": "Accepted"}}


def _order(station: ChargePoint, update_type: str, *entries: dict[str, Any]) -> SendLocalList:
    return SendLocalList(station=station.id, update_type=update_type, local_authorization_list=entries)


def _entries(sent: IncomingCall) -> list[Mapping[str, Any]]:
    """Return the entries of a list as sent; without the member it is empty."""
    return list(sent.payload.get("localAuthorizationList", ()))


async def _sent(station: ChargePoint, csms: Csms, check: Checks, order: SendLocalList, status: str) -> IncomingCall:
    """Have a list sent, check its type, and answer with a status."""
    await csms.perform(order)
    sent = await station.next_call("SendLocalList")
    check.equal(sent.payload.get("updateType"), order.update_type, clause=REQUEST)
    await sent.answer(status=status)
    return sent


@scenario(
    "v16.local-auth-list.send-local-list.full",
    spec=["OCPP 1.6 5.15", REQUEST, ENTRY],
    octt=["TC_043_4_CSMS"],
    requirements=["LAL-6.41-a", "LAL-7.1-a"],
    needs=[SendLocalList],
    mutants=["list-type-swapped", "list-version-as-text", "list-info-lost"],
)
async def test_full_list_is_sent(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A full list carries a version, and each of its entries the idTagInfo."""
    tag = await tags.accepted()
    await station.ready()

    sent = await _sent(station, csms, check, _order(station, "Full", _entry(tag)), "Accepted")
    entries = _entries(sent)
    version = sent.payload.get("listVersion")
    check.that(type(version) is int, "an integer listVersion", observed=version, clause=REQUEST, at=sent.entry.index)
    check.equal([entry["idTag"].casefold() for entry in entries], [tag.casefold()], clause=REQUEST)
    complete = all("status" in entry.get("idTagInfo", {}) for entry in entries)
    check.that(complete, "idTagInfo with a status in every entry", observed=entries, clause=ENTRY)


@scenario(
    "v16.local-auth-list.send-local-list.differential",
    spec=["OCPP 1.6 5.15", REQUEST, "OCPP 1.6 7.48"],
    octt=["TC_043_5_CSMS"],
    requirements=["LAL-6.41-a", "LAL-7.48-a"],
    needs=[SendLocalList],
    mutants=["list-type-swapped", "list-version-as-text", "differential-list-complete"],
)
async def test_differential_list_is_sent(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A differential list carries the added tag only, and a higher version than the full list before it."""
    first, second = await tags.accepted(), await tags.second()
    await station.ready()

    full = await _sent(station, csms, check, _order(station, "Full", _entry(first)), "Accepted")
    added = await _sent(station, csms, check, _order(station, "Differential", _entry(second)), "Accepted")
    entries = _entries(added)
    check.equal([entry["idTag"].casefold() for entry in entries], [second.casefold()], clause="OCPP 1.6 7.48")
    check.that(all("idTagInfo" in entry for entry in entries), "idTagInfo", observed=entries, clause=ENTRY)
    before, version = full.payload.get("listVersion"), added.payload.get("listVersion")
    check.that(type(version) is int, "an integer listVersion", observed=version, clause=REQUEST)
    ahead = isinstance(version, int) and isinstance(before, int) and version > before
    check.that(ahead, f"a version above {before}", observed=version, clause="OCPP 1.6 7.48", level=SHOULD)


@scenario(
    "v16.local-auth-list.send-local-list.removal",
    spec=["OCPP 1.6 5.15", ENTRY],
    requirements=["LAL-7.1-a"],
    needs=[SendLocalList],
    mutants=["list-removals-lost", "list-removals-with-info"],
)
async def test_removal_has_no_info(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A tag is removed from the list of a station by a differential entry without idTagInfo."""
    first, second = await tags.accepted(), await tags.second()
    await station.ready()
    await _sent(station, csms, check, _order(station, "Full", _entry(first), _entry(second)), "Accepted")

    sent = await _sent(station, csms, check, _order(station, "Differential", {"idTag": second}), "Accepted")
    removed = [entry for entry in _entries(sent) if entry["idTag"].casefold() == second.casefold()]
    check.equal(len(removed), 1, clause="OCPP 1.6 5.15", at=sent.entry.index)
    bare = all("idTagInfo" not in entry for entry in removed)
    check.that(bare, "an entry without idTagInfo", observed=removed, clause=ENTRY, at=sent.entry.index)


@scenario(
    "v16.local-auth-list.send-local-list.not-supported",
    spec=["OCPP 1.6 5.15", "OCPP 1.6 7.47"],
    octt=["TC_043_1_CSMS"],
    requirements=["LAL-6.41-a"],
    needs=[SendLocalList],
    mutants=["list-type-swapped", "unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_station_without_lists_is_tolerated(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A station that answers that it supports no lists is served on."""
    order = _order(station, "Full", _entry(await tags.accepted()))
    await station.ready()

    for _ in range(2):
        await _sent(station, csms, check, order, "NotSupported")
        (await sign_of_life(station)).judge(check, clause="OCPP 1.6 7.47")


@scenario(
    "v16.local-auth-list.send-local-list.failed",
    spec=["OCPP 1.6 5.15", "OCPP 1.6 7.47"],
    octt=["TC_043_3_CSMS"],
    requirements=["LAL-6.41-a"],
    needs=[SendLocalList],
    mutants=["list-type-swapped", "unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_failed_full_list_is_tolerated(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A station that answers that the full list failed is served on."""
    order = _order(station, "Full", _entry(await tags.accepted()))
    await station.ready()

    for _ in range(2):
        await _sent(station, csms, check, order, "Failed")
        (await sign_of_life(station)).judge(check, clause="OCPP 1.6 7.47")
