"""What may stand in a local list: OCPP 1.6 sections 6.41, 7.1 and 9.2."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.csms import OutcomeReader, TagProvisioning
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration, SendLocalList
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on, reported
from scenarios.stage.population import Tags, fresh_tag
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint

UNIQUE = "OCPP 1.6 6.41"
ENTRY = "OCPP 1.6 7.1"
LIMITS = "OCPP 1.6 9.2"
Entries = Sequence[Mapping[str, Any]]


def _entry(tag: str) -> dict[str, Any]:
    return {"idTag": tag, "idTagInfo": {"status": "Accepted"}}


def _order(station: ChargePoint, *entries: dict[str, Any], update_type: str = "Full") -> SendLocalList:
    return SendLocalList(station=station.id, update_type=update_type, local_authorization_list=entries)


def _entries(sent: IncomingCall) -> Entries:
    return list(sent.payload.get("localAuthorizationList", ()))


def _unique(check: Checks, entries: Entries) -> None:
    tags = [str(entry.get("idTag")).casefold() for entry in entries]
    twice = sorted({tag for tag in tags if tags.count(tag) > 1})
    check.that(not twice, "each tag once", observed=f"twice: {twice}", clause=UNIQUE)


def _complete(check: Checks, entries: Entries) -> None:
    bare = [entry.get("idTag") for entry in entries if "idTagInfo" not in entry]
    check.that(not bare, "an idTagInfo in every entry", observed=f"none for {bare}", clause=ENTRY)


@scenario(
    "v16.local-auth-list.list-entries.known-tags",
    spec=[UNIQUE, ENTRY, "OCPP 1.6 7.28"],
    requirements=["LAL-6.41-c", "LAL-7.1-a"],
    needs=[SendLocalList, TagProvisioning],
    mutants=["list-known-tags-twice", "list-known-tags-bare"],
)
async def test_known_tags_come_once(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A full list of the tags that the central system knows names each once, whatever its case, with its idTagInfo."""
    tag = fresh_tag()
    await tags.accepted(f"A{tag}")
    await tags.accepted(f"a{tag.lower()}")
    await station.ready()

    await csms.perform(SendLocalList(station=station.id, update_type="Full"))
    sent = await station.next_call("SendLocalList")
    entries = sent.payload.get("localAuthorizationList", [])
    await sent.answer(status="Accepted")
    _unique(check, entries)
    _complete(check, entries)


@scenario(
    "v16.local-auth-list.list-entries.entered-twice",
    spec=[UNIQUE, "OCPP 1.6 7.28"],
    requirements=["LAL-6.41-c"],
    needs=[SendLocalList],
    mutants=["list-input-unchecked"],
)
async def test_tag_entered_twice_is_sent_once(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A list in which the operator names a tag twice, in the same or another case, does not reach the station so."""
    tag = await tags.accepted()
    await station.ready()

    for update_type in ("Full", "Differential"):
        twice, in_cases = (
            _order(station, _entry(tag), _entry(again), update_type=update_type) for again in (tag, tag.swapcase())
        )
        control = _order(station, _entry(tag), update_type=update_type)
        for sent in await passed_on(station, csms, twice, in_cases, control=control):
            _unique(check, _entries(sent))


@scenario(
    "v16.local-auth-list.list-entries.entered-bare",
    spec=[ENTRY],
    requirements=["LAL-7.1-a"],
    needs=[SendLocalList],
    mutants=["list-input-unchecked"],
)
async def test_full_list_has_no_removals(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A full list in which the operator leaves out an idTagInfo does not reach the station so."""
    first, second = await tags.accepted(), await tags.second()
    await station.ready()

    order, control = _order(station, _entry(first), {"idTag": second}), _order(station, _entry(first))
    for sent in await passed_on(station, csms, order, control=control):
        _complete(check, _entries(sent))


@scenario(
    "v16.local-auth-list.list-entries.message-limit",
    spec=[LIMITS, UNIQUE],
    requirements=["LAL-9.2-a"],
    needs=[SendLocalList, GetConfiguration, OutcomeReader],
)
async def test_message_limit_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A list of more entries than the station takes in one message is sent in several, or not at all."""
    await reported(station, csms, SendLocalListMaxLength="2", LocalAuthListMaxLength="10")

    entries = [_entry(fresh_tag()) for _ in range(5)]
    for sent in await passed_on(station, csms, _order(station, *entries), control=_order(station, *entries[:2])):
        length = len(_entries(sent))
        check.that(length <= 2, "up to 2 entries", observed=length, clause=LIMITS, level=SHOULD)


@scenario(
    "v16.local-auth-list.list-entries.total-limit",
    spec=[LIMITS, UNIQUE],
    requirements=["LAL-9.2-a"],
    needs=[SendLocalList, GetConfiguration, OutcomeReader],
)
async def test_total_limit_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A list of more entries than the station can hold is not sent as a whole."""
    await reported(station, csms, SendLocalListMaxLength="10", LocalAuthListMaxLength="3")

    entries = [_entry(fresh_tag()) for _ in range(5)]
    for sent in await passed_on(station, csms, _order(station, *entries), control=_order(station, *entries[:3])):
        length = len(_entries(sent))
        check.that(length <= 3, "up to 3 entries", observed=length, clause=LIMITS, level=SHOULD)
