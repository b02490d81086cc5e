"""How local lists are numbered: OCPP 1.6 sections 6.41 and 7.48, errata 3.52."""

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import GetLocalListVersion, SendLocalList
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on
from scenarios.stage.population import Tags
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 errata 3.52"
RESERVED = (0, -1)
"""Versions with a meaning of their own: no list, and no support for lists."""


def _number(check: Checks, sent: IncomingCall) -> None:
    version = sent.payload.get("listVersion")
    check.that(version not in RESERVED, "neither 0 nor -1", observed=version, clause=CLAUSE)


@scenario(
    "v16.local-auth-list.list-number.first",
    spec=["OCPP 1.6 6.41", CLAUSE],
    requirements=["LAL-6.41-b"],
    needs=[SendLocalList, GetLocalListVersion],
    mutants=["list-number-as-known"],
)
async def test_first_list_has_a_number(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The first list of a station is numbered neither 0 nor -1, whatever version the station has told."""
    entry = {"idTag": await tags.accepted(), "idTagInfo": {"status": "Accepted"}}
    order = SendLocalList(station=station.id, update_type="Full", local_authorization_list=(entry,))
    await station.ready()

    await csms.perform(GetLocalListVersion(station=station.id))
    await (await station.next_call("GetLocalListVersion")).answer(listVersion=0)
    await csms.perform(order)
    sent = await station.next_call("SendLocalList")
    _number(check, sent)
    await sent.answer(status="Accepted")


@scenario(
    "v16.local-auth-list.list-number.empty",
    spec=["OCPP 1.6 6.41", CLAUSE],
    requirements=["LAL-6.41-b"],
    needs=[SendLocalList],
    mutants=["list-number-as-known", "empty-list-numbered-zero"],
)
async def test_empty_list_has_a_number(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """An empty list, which clears that of the station, is numbered neither 0 nor -1."""
    entry = {"idTag": await tags.accepted(), "idTagInfo": {"status": "Accepted"}}
    await station.ready()

    order, control = (
        SendLocalList(station=station.id, update_type="Full", local_authorization_list=entries)
        for entries in ((), (entry,))
    )
    for sent in await passed_on(station, csms, order, control=control):
        _number(check, sent)


@scenario(
    "v16.local-auth-list.list-number.operator-input",
    spec=["OCPP 1.6 6.41", CLAUSE],
    requirements=["LAL-6.41-b"],
    needs=[SendLocalList],
    mutants=["list-input-unchecked"],
)
async def test_reserved_numbers_are_not_sent(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A list that the operator numbers 0 or -1 does not reach the station under that number."""
    entry = {"idTag": await tags.accepted(), "idTagInfo": {"status": "Accepted"}}
    await station.ready()

    zero, below, control = (
        SendLocalList(station=station.id, update_type="Full", list_version=number, local_authorization_list=(entry,))
        for number in (*RESERVED, None)
    )
    for sent in await passed_on(station, csms, zero, below, control=control):
        _number(check, sent)


@scenario(
    "v16.local-auth-list.list-number.differential",
    spec=["OCPP 1.6 7.47", "OCPP 1.6 7.48"],
    octt=["TC_043_5_CSMS"],
    requirements=["LAL-7.48-a"],
    needs=[SendLocalList, GetLocalListVersion, OutcomeReader],
    mutants=["differential-number-repeated"],
)
async def test_differential_list_is_a_step_ahead(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A differential list is numbered higher than the version that the station has told."""
    entry = {"idTag": await tags.accepted(), "idTagInfo": {"status": "Accepted"}}
    await station.ready()
    told = await csms.perform(GetLocalListVersion(station=station.id))
    await (await station.next_call("GetLocalListVersion")).answer(listVersion=7)
    await csms.outcome(told)

    order = SendLocalList(station=station.id, update_type="Differential", local_authorization_list=(entry,))
    await csms.perform(order)
    sent = await station.next_call("SendLocalList")
    version = sent.payload.get("listVersion")
    await sent.answer(status="Accepted")
    ahead = isinstance(version, int) and version > 7
    check.that(ahead, "a version above 7", observed=version, clause="OCPP 1.6 7.48", level=SHOULD)
